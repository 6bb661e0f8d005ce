import Bytecode
import Interface
import Primitives

/// Random modules and what is changed in them: most of what is made passes the verifier, and most
/// of what is changed is near to what does.
extension ModuleTrial {
  private func range(_ low: Int, _ high: Int) -> ValueType {
    IntegerRange(Integer(low), Integer(high)).map { .int($0) } ?? .bool
  }

  /// The types that every random module has: one of each kind, and some inside others.
  private var types: [TypeDefinition] {
    [
      .list(range(-9, 99), least: 0, most: 6), .optional(.int(.whole)),
      .structure(
        name: "P",
        [
          .init(name: "a", type: .int(.whole)), .init(name: "b", type: .amount(currency: 0)),
          .init(name: "c", type: .composite(0)),
        ]),
      .enumeration(
        name: "E", [.init(name: "A", payload: []), .init(name: "B", payload: [.text(max: 8), .amount(currency: 0)])]),
      .set(.int(.whole), most: 4), .map(.text(max: 8), .composite(0), most: 4), .list(.composite(2), least: 1, most: 3),
      .map(.amount(currency: 0), .bool, most: 3),
      .list(.amount(currency: 0), least: 0, most: 5), .list(.composite(0), least: 0, most: 3),
      .set(.bytes(max: 9), most: 3),
      .enumeration(name: "F", [.init(name: "C", payload: []), .init(name: "D", payload: [])]),
      .map(.composite(11), .composite(2), most: 2), .list(.party, least: 1, most: 3), .set(range(1, 7), most: 7),
      .set(.time, most: 3),
      .structure(
        name: "Calendar",
        [
          .init(name: "w", type: .composite(14)), .init(name: "h", type: .composite(15)),
          .init(name: "o", type: range(-1440, 1440)),
        ]),
      .map(.party, .rate(of: 1, per: 0), most: 3),
    ]
  }

  mutating func generate() -> Module? {
    var interface = ContractInterface(name: "M")
    interface.types = types
    interface.currencies = [.parameter("C"), .parameter("D")]
    interface.parties = ["p", "q"]
    interface.vaults = [
      .init(name: "v", currency: 0), .init(name: "w", currency: 0),
      .init(name: "x", currency: 0, key: .init(type: .party, most: 2)),
    ]
    // What lies under numbers and cases nobody can be paid, so that such a module is hardly ever assured.
    if tape.below(2) == 0 {
      interface.vaults += [
        .init(name: "y", currency: 0, key: .init(type: range(0, 40), most: 3)),
        .init(name: "z", currency: 1, key: .init(type: .composite(11), most: 1)),
      ]
    }
    let all: [ValueType] = [
      .bool, range(-9, 99), range(0, 40), .int(.whole), .percent, .ratio(isPercent: false), .amount(currency: 0),
      .duration,
      .text(max: 8), .text(max: 200),
      .bytes(max: 9), .bytes(max: 40), .time, .party, .rate(of: 1, per: 0), .amount(currency: 1),
    ]
    let whole = all + types.indices.map { ValueType.composite($0) }
    var fields: [ValueType] = []
    for _ in 0..<4 { fields.append(tape.element(whole)) }
    fields += [.composite(5), .composite(12), .counter(most: 2)]
    interface.fields = fields.enumerated().map {
      .init(name: "f\($0)", type: $1, initialValue: initial($1), role: holdsAccount($1) ? .initialized : .declared)
    }
    interface.fields += [
      .init(name: "d", type: .time, initialValue: .time(Time(milliseconds: 0)), role: .derived),
      .init(name: "u", type: .party, initialValue: .party(0), role: .parameter(state: 2)),
    ]
    var parameters: [ContractInterface.Parameter] = []
    for index in 0..<tape.below(5) { parameters.append(.init(name: "a\(index)", type: tape.element(whole))) }
    let (callee, told) = (tape.element(whole), tape.element(whole))
    interface.events = [
      .init(name: "Happened", parameters: [.init(name: "x", type: told), .init(name: "y", type: .bool)])
    ]
    interface.states = [
      .init(name: "S", isFinal: false), .init(name: "T", isFinal: true), .init(name: "U", isFinal: true),
    ]
    let deadline: ContractInterface.Trigger = tape.below(2) == 0 ? .after : .at
    interface.transitions = [
      .init(source: 0, trigger: .action(name: "go", parameters: parameters, who: .anyone)),
      .init(source: 0, trigger: deadline),
      .init(source: 0, trigger: .when),
    ]
    interface.views = [.init(name: "shown", parameters: [.init(name: "x", type: told)], type: told)]
    let constants: [Value] = [
      .duration(Duration(unchecked: 1000)), .int(Integer(-9)), .int(Integer(99)), .int(.zero), .int(Integer(40)),
      .int(IntegerRange.whole.low),
      .int(IntegerRange.whole.high), .text(Array("7".utf8)), .bytes([1, 2]), .amount(Amount(unchecked: 7)),
      .percent(half), .bool(true),
      .int(Integer(3)), .time(Time(milliseconds: 1_767_225_600_000)),
    ]
    // Registers: parameters, two of each type, wide ones, counters.
    func registers(after first: [RegisterType]) -> [RegisterType] {
      first + ModuleTrial.group + [RegisterType(callee), .bool, RegisterType(told), .bool]
        + whole.map { RegisterType($0) }
        + whole.map { RegisterType($0) }
        + [
          .wide(bits: 64), .wide(bits: 300), .wide(bits: 1000), .wide(bits: 4000), .wide(bits: 4096),
          .loopCounter(bound: 6), .loopCounter(bound: 3), .loopCounter(bound: 40),
        ]
    }
    let body = registers(after: parameters.map { RegisterType($0.type) })
    let splits = splits(of: RegisterLayout(body), interface)
    let counterSlot = UInt16(interface.slots[6].slot)
    let empty = [
      Instruction(.pay, 0, PlaceOperand.party(0).number, gas: 40),
      Instruction(.pay, 1, PlaceOperand.party(1).number, gas: 40),
      Instruction(.payEach, 2, gas: 40),
    ]
    let isCollection = if case .composite(let index) = told { types[index].isCollection } else { false }
    var functions = [
      opening(of: interface),
      Function(registers: body, code: []),
      Function(
        registers: [deadline == .after ? .duration : .time],
        code: [
          deadline == .after ? Instruction(.constant, 0, 0) : Instruction(.now, 0),
          Instruction(.return, 0, gas: deadline == .after ? 2 : 3),
        ]),
      Function(registers: registers(after: []), code: empty + [Instruction(.enter, 1, gas: 1)]),
      Function(registers: [.bool], code: [Instruction(.constant, 0, 11), Instruction(.return, 0, gas: 2)]),
      // It enters its own state as long as the counter lets it.
      Function(
        registers: registers(after: []),
        code: [Instruction(.raise, counterSlot, 0, 6), Instruction(.enter, 0, gas: 5)] + empty + [
          Instruction(.enter, 1, gas: 1)
        ],
        answers: [Answer(first: 0, end: 1, target: 2)]),
      Function(
        registers: [RegisterType(told), RegisterType(told)],
        code: isCollection
          ? [Instruction(.copyObject, UInt16(told.slots), 0), Instruction(.return, UInt16(told.slots), gas: 7)]
          : [Instruction(.return, 0, gas: 1)]),
      Function(
        registers: registers(after: [RegisterType(callee), .bool]), code: [],
        signature: .init(parameterCount: 2, result: RegisterType(callee))),
    ]
    func module() -> Module {
      Module(
        protocolNumber: .current, sourceHash: Digest(sha256: []), interface: interface, constants: constants,
        splits: splits, functions: functions)
    }
    let (goes, called) = (ModuleTrial.body, ModuleTrial.called)
    let fails = Instruction(.fail, UInt16(tape.element(Trap.allCases.filter { $0 != .gas }).rawValue))
    let last = tape.below(16) == 0 ? fails : Instruction(.stay)
    for (index, ending) in [(called, [Instruction(.return, 0)]), (goes, [last])] {
      let parameterCount = index == goes ? parameters.count : 2
      var first = prologue(functions[index], parameters: parameterCount)
      var segments: [[Instruction]] = []
      while !first.isEmpty {
        segments.append(Array(first.prefix(8)))
        first.removeFirst(min(8, first.count))
      }
      segments += self.body(functions[index], settling: index == goes, module())
      var answered = answered(segments.count)
      // What the verifier points at is taken out, until it points at nothing.
      for _ in 0..<400 {
        let (code, places, starts) = flat(segments, ending: ending)
        functions[index].code = code
        functions[index].answers = answers(answered, starts, end: code.count - ending.count)
        if index == called { functions[goes].code = [Instruction(.settle, gas: 10), Instruction(.stay, gas: 1)] }
        count.modules += 1
        do throws(ModuleFault) {
          let wellFormed = try Verifier.verify(module())
          if index == goes { use(wellFormed) }
          break
        } catch {
          count.faults[error.code, default: 0] += 1
          if error.code == .order || error.code == .answer || error.code == .unassigned, !answered.isEmpty,
            tape.below(2) == 0
          {
            answered.removeLast()
            continue
          }
          guard error.function == index, let pc = error.instruction, pc < places.count, let place = places[pc] else {
            return nil
          }
          segments[place.segment].remove(at: place.index)
        }
      }
    }
    return (try? Verifier.verify(module())) == nil ? nil : module()
  }

  /// The places of the action and of what is called among the functions.
  private static let (body, called) = (1, 7)

  /// No account stands in a module, but for a blank that the opening puts one in the place of.
  private mutating func initial(_ type: ValueType) -> Value {
    switch type {
    case .party, .composite(13), .composite(17): type.blank(in: types)
    default: value(type, types)
    }
  }

  /// Whether every value of the type holds an account.
  private func holdsAccount(_ type: ValueType) -> Bool { type == .party || type == .composite(13) }

  private func opening(of interface: ContractInterface) -> Function {
    var code = [
      Instruction(.opened, 0), Instruction(.store, UInt16(interface.slots[7].slot), 0, 7), Instruction(.account, 1, 0),
      Instruction(.collect, 2, 1, 1),
    ]
    for (index, field) in interface.fields.identified where field.role == .initialized {
      code.append(
        field.type == .party
          ? Instruction(.store, UInt16(interface.slots[of: index].slot), 1, UInt16(index.index))
          : Instruction(.storeObject, UInt16(index.index), 2))
    }
    return Function(registers: [.time, .party, .value(.composite(13))], code: priced(code + [Instruction(.stay)]))
  }

  /// Neighbours of which a structure, a case and a calendar are made, and what is asked of the calendar.
  private static let group: [RegisterType] = [
    ValueType.int(.whole), .amount(currency: 0), .composite(0), .text(max: 8), .amount(currency: 0), .composite(14),
    .composite(15), .int(Calendar.offsets), .int(IntegerRange(1...1000)), .time,
  ].map { RegisterType($0) }

  /// Tables for the body's registers: shares of every kind, and one inside another.
  private func splits(of layout: RegisterLayout, _ interface: ContractInterface) -> [[SplitShare]] {
    func slot(_ type: RegisterType) -> Int { layout.types.lastIndex(of: type).map { layout.starts[$0] } ?? 0 }
    let account = slot(.party)
    var splits = [
      [SplitShare(.rest, to: .places([.party(0)]))],
      [SplitShare(.evenly, to: .places([.party(0), .vault(1), .party(1)]))],
      [
        SplitShare(.part(register: slot(.percent)), to: .places([.entry(vault: 2, register: account)])),
        SplitShare(.evenly, to: .list(register: slot(.value(.composite(13))))),
      ],
      [
        SplitShare(.upTo(register: slot(.value(.amount(currency: 0)))), to: .split(1)),
        SplitShare(.part(register: slot(.percent)), to: .split(2)),
        SplitShare(.rest, to: .places([.account(register: account)])),
      ],
    ]
    if interface.vaults.count > 3,
      let number = layout.types.firstIndex(where: { if case .value(.int) = $0 { $0.bits == 6 } else { false } })
    {
      splits.append([
        SplitShare(
          .evenly,
          to: .places([
            .entry(vault: 3, register: layout.starts[number]), .entry(vault: 2, register: account), .vault(0),
          ]))
      ])
    }
    return splits
  }

  /// Some segments whose traps lead to a later one: as a whole, or their first half.
  private mutating func answered(_ segmentCount: Int) -> [(segment: Int, isWhole: Bool, target: Int)] {
    var answered: [(segment: Int, isWhole: Bool, target: Int)] = []
    for segment in 0..<segmentCount - 1 {
      for isWhole in [true, false] where tape.below(3) == 0 {
        answered.append((segment, isWhole, segment + 1 + tape.below(segmentCount - segment - 1)))
      }
    }
    return answered
  }

  /// `starts` has where each segment begins.
  private func answers(_ answered: [(segment: Int, isWhole: Bool, target: Int)], _ starts: [Int], end: Int) -> [Answer]
  {
    answered.compactMap { segment, isWhole, target in
      let (first, next) = (starts[segment], segment + 1 < starts.count ? starts[segment + 1] : end)
      // Behind the head of a loop, so that the halves of two segments are apart.
      let last = isWhole ? next : first + (next - first) / 2
      return first < last && target < starts.count ? Answer(first: first, end: last, target: starts[target]) : nil
    }
  }

  /// Gives every register but parameters and counters a first value, so that most of what follows may be read.
  private mutating func prologue(_ function: Function, parameters: Int) -> [Instruction] {
    let layout = RegisterLayout(function.registers)
    let group = UInt16(layout.starts[parameters])
    return layout.types.indices.dropFirst(parameters).compactMap { register in
      let slot = UInt16(layout.starts[register])
      guard let type = layout.types[register].valueType else {
        return layout.types[register].isInteger ? Instruction(.constant, slot, 12) : nil
      }
      switch type {
      case .bool: return Instruction(.constant, slot, 11)
      case .int(let range):
        if range.low == Integer(1) { return Instruction(.constant, slot, 12) }
        if range == .whole, tape.below(2) == 0 { return Instruction(.constantWide, slot, 6) }
        return Instruction(.constant, slot, tape.element([3, 12]))
      case .ratio: return Instruction(.constantPair, slot, 10)
      case .amount: return Instruction(.constantPair, slot, 9)
      case .duration: return Instruction(.constant, slot, 0)
      case .time: return Instruction(.constant, slot, 13)
      case .party: return Instruction(.account, slot, UInt16(tape.below(2)))
      case .rate: return Instruction(.constantPair, slot, 10)
      case .text: return Instruction(.constantWide, slot, 7)
      case .bytes: return Instruction(.constantWide, slot, 8)
      case .counter: return nil
      case .composite(let index):
        switch types[index] {
        case .structure: return Instruction(.make, slot, index == 16 ? UInt16(layout.starts[parameters + 5]) : group)
        case .enumeration where index == 3 && tape.below(2) == 0: return Instruction(.wrap, slot, group + 4, 1)
        case .enumeration, .optional: return Instruction(.wrap, slot, 0, 0)
        case .list(let type, let least, _) where least == 1:
          let element = layout.types.firstIndex(of: RegisterType(type)) ?? 0
          return Instruction(.collect, slot, UInt16(layout.starts[element]), 1)
        case .list, .set, .map: return Instruction(.collect, slot, 0, 0)
        }
      }
    }
  }

  private mutating func body(_ function: Function, settling: Bool, _ module: Module) -> [[Instruction]] {
    let layout = RegisterLayout(function.registers)
    var segments: [[Instruction]] = []
    let count = 4 + tape.below(6)
    for segment in 0..<count {
      var code: [Instruction] = []
      for _ in 0..<(6 + tape.below(12)) {
        let opcode = tape.element(Opcode.allCases)
        if [.loop, .again, .jump, .fail, .enter, .stay, .return, .settle].contains(opcode) { continue }
        code.append(instruction(opcode, layout, module))
        if opcode == .find || opcode == .findEntry { code.append(instruction(.found, layout, module)) }
        if opcode == .each || opcode == .item {
          // A loop through a collection, and something of what it comes to.
          let each = instruction(.each, layout, module)
          code.append(each)
          for _ in 0..<2 {
            var item = instruction(tape.element([.item, .itemValue]), layout, module)
            (item.b, item.c) = (each.b, each.a)
            code.append(item)
          }
        }
        if opcode == .match {
          for _ in 0..<2 {
            var payload = instruction(.payload, layout, module)
            payload.b = code[code.count - 1].opcode == .match ? code[code.count - 1].a : code[code.count - 1].b
            code.append(payload)
          }
        }
      }
      if settling && segment == 1 { code.insert(Instruction(.settle), at: tape.below(code.count + 1)) }
      segments.append(code)
    }
    return segments
  }

  private mutating func instruction(_ opcode: Opcode, _ layout: RegisterLayout, _ module: Module) -> Instruction {
    var instruction = Instruction(opcode)
    let row = opcode.row
    instruction.a = operand(row.a, layout, module)
    instruction.b = operand(row.b, layout, module)
    instruction.c = operand(row.c, layout, module)
    if tape.below(4) != 0 { fit(&instruction, layout, module) }
    return instruction
  }

  /// Chooses operands that belong together, where chance would hardly find them.
  private mutating func fit(_ i: inout Instruction, _ layout: RegisterLayout, _ module: Module) {
    let interface = module.interface
    func slots(_ type: ValueType) -> [Int] {
      layout.types.indices.filter { layout.types[$0] == RegisterType(type) }.map { layout.starts[$0] }
    }
    func slot(_ type: ValueType) -> UInt16 {
      let fitting = slots(type)
      return fitting.isEmpty ? 0 : UInt16(tape.element(fitting))
    }
    func start(_ types: [RegisterType]) -> UInt16 {
      let places = layout.types.indices.filter { layout.types[$0...].starts(with: types) }
      return places.isEmpty ? 0 : UInt16(layout.starts[tape.element(places)])
    }
    let field = tape.below(interface.fields.count)
    let (type, place) = interface.slots[field]
    switch i.opcode {
    case .store, .storePair, .storeInt, .storeWide:
      guard type.wordsAtRest > 0 else { return }
      let opcode: Opcode = type.slots == 2 ? .storePair : type.wordsAtRest == 5 ? .storeWide : .storeInt
      i = Instruction(type == .bool || type == .duration ? .store : opcode, UInt16(place), slot(type), UInt16(field))
    case .load, .loadPair, .loadInt, .loadWide:
      guard type.wordsAtRest > 0 else { return }
      let opcode: Opcode = type.slots == 2 ? .loadPair : type.wordsAtRest == 5 ? .loadWide : .loadInt
      i = Instruction(type == .bool || type == .duration ? .load : opcode, slot(type), UInt16(place))
    case .storeObject: i = Instruction(.storeObject, UInt16(field), slot(type))
    case .loadObject: i = Instruction(.loadObject, slot(type), UInt16(field))
    case .findEntry, .setEntry, .removeEntry, .countEntries:
      let item = UInt16(tape.element([4, 5]))
      let (key, value): (ValueType, ValueType) =
        item == 4 ? (.text(max: 8), .composite(0)) : (.composite(11), .composite(2))
      switch i.opcode {
      case .findEntry: i = Instruction(.findEntry, item, 0, slot(key))
      case .setEntry: i = Instruction(.setEntry, item, slot(key), slot(value))
      case .removeEntry: i = Instruction(.removeEntry, item, slot(key))
      default: i.b = item
      }
    case .fillList:
      i =
        tape.below(2) == 0
        ? Instruction(.fillList, slot(.composite(0)), slot(range(-9, 99)), i.c)
        : Instruction(.fillList, slot(.composite(8)), slot(.amount(currency: 0)), i.c)
    case .insertEntry:
      i =
        tape.below(2) == 0
        ? Instruction(.insertEntry, slot(.composite(5)), slot(.text(max: 8)), slot(.composite(0)))
        : Instruction(.insertEntry, slot(.composite(7)), slot(.amount(currency: 0)), slot(.bool))
    case .find:
      if tape.below(2) == 0 {
        i = Instruction(.find, slot(.composite(5)), 0, slot(.text(max: 8)))
      } else {
        i.a = slot(.composite(tape.element([0, 6, 8, 9])))
      }
    case .found: i.a = slot(tape.element([.composite(0), .composite(2), range(-9, 99), .amount(currency: 0)]))
    case .match: (i.a, i.c) = tape.below(2) == 0 ? (slot(.composite(3)), 1) : (slot(.composite(1)), 1)
    case .payload:
      i.c = UInt16(tape.below(2))
      i.a = slot(i.c == 1 ? .amount(currency: 0) : tape.element([.text(max: 8), .int(.whole)]))
    case .setElementObject: i = Instruction(.setElementObject, slot(.composite(9)), i.b, slot(.composite(0)))
    case .getElementObject: i = Instruction(.getElementObject, slot(.composite(0)), slot(.composite(9)), i.c)
    case .equalWord:
      let type = tape.element([ValueType.bool, .duration, .time, .party])
      i = Instruction(.equalWord, i.a, slot(type), slot(type))
    case .lessDuration, .lessOrEqualDuration:
      let type = tape.element([ValueType.time, .duration])
      (i.b, i.c) = (slot(type), slot(type))
    case .scaleAmountDown, .scaleAmountUp, .scaleAmountHalfEven:
      if tape.below(2) == 0 {
        (i.a, i.b, i.c) = (slot(.amount(currency: 1)), slot(.amount(currency: 0)), slot(.rate(of: 1, per: 0)))
      }
    case .endOfDay: (i.b, i.c) = (slot(.composite(16)), start(ModuleTrial.group.suffix(2)))
    case .sha256, .sm3: i.a = slot(.bytes(max: 40))
    case .intOfDuration, .intOfAmount, .countKeys:
      i.a = layout.types.firstIndex(of: .wide(bits: 300)).map { UInt16(layout.starts[$0]) } ?? 0
      if i.opcode == .countKeys { i.b = UInt16(2 + tape.below(interface.vaults.count - 2)) }
    case .balanceOfKey:
      let vault = 2 + tape.below(interface.vaults.count - 2)
      i.b = UInt16(vault)
      i.a = slot(.amount(currency: interface.vaults[vault].currency))
      i.c = interface.vaults[vault].key.map { slot($0.type) } ?? 0
    case .payEach: i.a = 2
    case .raise: i = Instruction(.raise, UInt16(interface.slots[6].slot), 0, 6)
    case .pay: if tape.below(2) == 0 { i.b = PlaceOperand.party(tape.below(2)).number }
    case .ask: i.c = 0
    case .call:
      let callee = module.functions[module.functions.count - 1]
      let result = callee.signature.map { $0.result } ?? .bool
      i.b = start(Array(callee.registers.prefix(2)))
      i.c = result.valueType.map { slot($0) } ?? 0
    case .emit: i.b = start(interface.events[0].parameters.map { RegisterType($0.type) })
    default: break
    }
  }

  private mutating func operand(_ kind: Operand, _ layout: RegisterLayout, _ module: Module) -> UInt16 {
    func registers(_ matches: (RegisterType) -> Bool) -> [Int] {
      layout.types.indices.filter { matches(layout.types[$0]) }.map { layout.starts[$0] }
    }
    switch kind {
    case .unused: return 0
    case .read(let kind), .write(let kind):
      let fitting = registers { $0.isA(kind, in: module.interface.types) }
      return fitting.isEmpty ? 0 : UInt16(tape.element(fitting))
    case .readMany: return UInt16(tape.below(4) == 0 ? 0 : tape.element(layout.starts + [0]))
    case .number: return UInt16(truncatingIfNeeded: tape.below(12) - 4)
    case .target: return 0
    case .constant: return UInt16(tape.below(module.constants.count))
    case .slot: return UInt16(tape.element(module.interface.slots.map(\.slot)))
    case .vault: return UInt16(tape.below(module.interface.vaults.count))
    case .split: return UInt16(tape.below(module.splits.count))
    case .party: return UInt16(tape.below(2))
    case .payer, .holding, .place:
      let parties: [PlaceOperand] = [
        .party(tape.below(2)), .account(register: tape.element(registers { $0 == .party } + [0])),
      ]
      var vaults: [PlaceOperand] = [.vault(tape.below(2)), .vault(tape.below(2))]
      for (vault, description) in module.interface.vaults.identified {
        guard let key = description.key else { continue }
        vaults.append(
          .entry(vault: vault.index, register: tape.element(registers { $0 == RegisterType(key.type) } + [0])))
      }
      return tape.element(kind == .payer ? parties : kind == .holding ? vaults : parties + vaults).number
    case .currency: return UInt16(tape.below(2))
    case .state: return UInt16(tape.below(2))
    case .event: return 0
    case .field: return UInt16(tape.below(module.interface.fields.count))
    case .item: return UInt16(tape.below(module.interface.fields.count))
    case .function: return UInt16(module.functions.count - 1)
    case .trap: return UInt16(tape.element(Trap.allCases).rawValue)
    case .part: return UInt16(tape.below(4))
    }
  }

  /// The segments one behind the other, each ended by a `next`; what branches leads to the next
  /// segment. Every `each` gets a loop around what follows it in its segment.
  private func flat(
    _ segments: [[Instruction]], ending: [Instruction]
  ) -> (code: [Instruction], places: [(segment: Int, index: Int)?], starts: [Int]) {
    var code: [Instruction] = []
    var places: [(segment: Int, index: Int)?] = []
    var starts: [Int] = []
    for (number, segment) in segments.enumerated() {
      starts.append(code.count)
      var open: (loop: Int, counter: UInt16)?
      var branches: [Int] = []
      for (index, instruction) in segment.enumerated() {
        places.append((number, index))
        code.append(instruction)
        switch instruction.opcode {
        case .branch, .match, .find, .findEntry, .empty: branches.append(code.count - 1)
        case .each, .count:
          guard open == nil else { break }
          // The loop's own block: what is in it branches to its end.
          places.append((number, index))
          code.append(Instruction(.loop, instruction.a))
          open = (code.count - 1, instruction.a)
        default: break
        }
      }
      if let open {
        for branch in branches where branch > open.loop { code[branch].b = UInt16(code.count + 1) }
        code.append(Instruction(.next))
        code.append(Instruction(.again, open.counter, UInt16(open.loop + 1)))
        places += [nil, nil]
        code[open.loop].b = UInt16(code.count)
        for branch in branches where branch < open.loop { code[branch].b = UInt16(code.count + 1) }
      } else {
        for branch in branches { code[branch].b = UInt16(code.count + 1) }
      }
      code.append(number.isMultiple(of: 3) ? Instruction(.jump, UInt16(code.count + 1)) : Instruction(.next))
      places.append(nil)
    }
    code += ending
    places += ending.map { _ in nil }
    return (priced(code), places, starts)
  }

  /// With the gas of each block where it ends.
  private func priced(_ code: [Instruction]) -> [Instruction] {
    var sum = 0
    return code.map { instruction in
      var instruction = instruction
      sum += instruction.opcode.row.gas
      instruction.gas = instruction.opcode.row.endsBlock ? UInt8(truncatingIfNeeded: sum) : 0
      if instruction.opcode.row.endsBlock { sum = 0 }
      return instruction
    }
  }

  mutating func mutate(_ module: inout Module) {
    let function = tape.element([1, 1, 1, 1, 1, 1, 7, 7, 3, 5, 0, 6])
    let code = module.functions[function].code
    let place = tape.below(code.count)
    switch tape.below(9) {
    case 8:
      let answer = Answer(first: tape.below(code.count), end: tape.below(code.count) + 1, target: place)
      if module.functions[function].answers.isEmpty {
        module.functions[function].answers = [answer]
      } else {
        module.functions[function].answers[tape.below(module.functions[function].answers.count)] = answer
      }
    case 0:
      let other = Instruction(tape.element(Opcode.allCases), code[place].a, code[place].b, code[place].c)
      module.functions[function].code[place] = other
    case 1: module.functions[function].code[place].a = number()
    case 2: module.functions[function].code[place].b = number()
    case 3: module.functions[function].code[place].c = number()
    case 4: module.functions[function].code.swapAt(place, tape.below(code.count))
    case 5:
      let register = tape.below(module.functions[function].registers.count)
      module.functions[function].registers[register] = tape.element(module.functions[function].registers)
    case 6: module.functions[function].code[place] = code[tape.below(code.count)]
    default:
      let layout = RegisterLayout(module.functions[function].registers)
      module.functions[function].code[place] = instruction(code[place].opcode, layout, module)
      module.functions[function].code[place].b =
        tape.below(2) == 0 ? code[place].b : module.functions[function].code[place].b
    }
    if tape.below(20) != 0 { module.functions[function].code = priced(module.functions[function].code) }
  }

  private mutating func number() -> UInt16 {
    tape.below(10) == 0 ? UInt16(tape.below(1 << 16)) : UInt16(tape.below(90))
  }
}
