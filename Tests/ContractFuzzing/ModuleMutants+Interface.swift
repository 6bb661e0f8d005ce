import Bytecode
import Fuzzing
import Interface
import Primitives

extension ModuleMutation {
  // MARK: Shares

  /// A table and a share of it.
  private mutating func pickShare(_ matches: (SplitShare) -> Bool = { _ in true }) -> (table: Int, share: Int)? {
    let all = module.splits.indices.flatMap { table in
      module.splits[table].indices.filter { matches(module.splits[table][$0]) }.map { (table: table, share: $0) }
    }
    return all.isEmpty ? nil : random.element(all)
  }

  private mutating func replace(_ table: Int, _ share: Int, _ new: SplitShare) -> String? {
    let old = module.splits[table][share]
    if old == new { return nil }
    module.splits[table][share] = new
    return "split \(table), share \(share): \(old.portion) to \(old.targets) ⇒ \(new.portion) to \(new.targets)"
  }

  mutating func changePortion() -> String? {
    guard let (table, index) = pickShare() else { return nil }
    let share = module.splits[table][index]
    let register = random.below(8)
    let portion: SplitShare.Portion =
      switch share.portion {
      case .part(let own): random.element([.upTo(register: own), .part(register: register)])
      case .upTo(let own): random.element([.part(register: own), .upTo(register: register)])
      case .rest: random.element([.evenly, .part(register: register)])
      case .evenly: random.element([.rest, .part(register: register)])
      }
    return replace(table, index, SplitShare(portion, to: share.targets))
  }

  mutating func changeShareTarget() -> String? {
    guard let (table, index) = pickShare({ if case .places = $0.targets { true } else { false } }) else { return nil }
    let share = module.splits[table][index]
    guard case .places(var places) = share.targets, !places.isEmpty else { return nil }
    guard let new = PlaceOperand(number: randomPlace(random.oneIn(2), [random.below(8)])) else { return nil }
    places[random.below(places.count)] = new
    return replace(table, index, SplitShare(share.portion, to: .places(places)))
  }

  mutating func deleteShare() -> String? {
    guard let (table, index) = pickShare(), module.splits[table].count > 1 else { return nil }
    // The last one says where the rest goes.
    let place = index == module.splits[table].count - 1 && !random.oneIn(4) ? 0 : index
    module.splits[table].remove(at: place)
    return "split \(table): share \(place) deleted"
  }

  // MARK: The interface

  private mutating func pickTransition(_ matches: (ContractInterface.Transition) -> Bool = { _ in true })
    -> TransitionID?
  {
    let fitting = interface.transitions.ids.filter { matches(interface.transitions[$0]) }
    return fitting.isEmpty ? nil : random.element(fitting)
  }

  private func function(of entry: Entry) -> Int? { entries.firstIndex(of: entry) }

  /// A function that gives a value of a constant.
  private mutating func constantFunction(_ type: RegisterType, _ value: Value) -> Function {
    let index = module.constants.firstIndex(of: value) ?? module.constants.count
    if index == module.constants.count { module.constants.append(value) }
    var function = Function(
      registers: [type], code: [Instruction(.constant, 0, UInt16(index)), Instruction(.return, 0)])
    function.code[1].gas = UInt8(function.code.reduce(0) { $0 + $1.opcode.row.gas })
    return function
  }

  /// A time that is always ahead, each time that it is computed.
  private mutating func laterFunction() -> Function {
    var function = constantFunction(.duration, .duration(Duration(unchecked: 7 * 86_400_000)))
    function.registers.append(.time)
    function.code.insert(Instruction(.now, 1), at: 1)
    function.code.insert(Instruction(.addTime, 1, 1, 0), at: 2)
    function.code[3] = Instruction(.return, 1)
    function.code[3].gas = UInt8(function.code.reduce(0) { $0 + $1.opcode.row.gas })
    return function
  }

  private mutating func due(_ trigger: ContractInterface.Trigger) -> Function {
    switch trigger {
    case .at where random.oneIn(3): return laterFunction()
    case .at:
      return constantFunction(
        .time,
        .time(random.element([Time(milliseconds: 0), BareAgreement.start + Duration(unchecked: 86_400_000), .last])))
    case .when: return constantFunction(.bool, .bool(random.oneIn(2)))
    case .after, .action:
      return constantFunction(
        .duration, .duration(Duration(unchecked: random.element([0, 1, 86_400_000, Duration.max.milliseconds]))))
    }
  }

  mutating func changeTrigger() -> String? {
    guard let index = pickTransition({ $0.trigger.isAutomatic }), let due = function(of: .due(transition: index)) else {
      return nil
    }
    let new = random.element([ContractInterface.Trigger.after, .at, .when])
    let old = interface.transitions[index]
    module.interface.transitions[index] = ContractInterface.Transition(source: old.source, trigger: new)
    module.functions[due] = self.due(new)
    return "transition \(index): \(old.trigger) ⇒ \(new), due \(module.constants[Int(module.functions[due].code[0].b)])"
  }

  mutating func changeDue() -> String? {
    guard let index = pickTransition({ $0.trigger.isAutomatic }), let due = function(of: .due(transition: index)) else {
      return nil
    }
    module.functions[due] = self.due(interface.transitions[index].trigger)
    return "transition \(index): due \(module.constants[Int(module.functions[due].code[0].b)])"
  }

  mutating func changeSource() -> String? {
    guard let index = pickTransition() else { return nil }
    let (old, new) = (interface.transitions[index], StateID(random.below(interface.states.count)))
    if old.source == new { return nil }
    module.interface.transitions[index] = ContractInterface.Transition(source: new, trigger: old.trigger)
    return "transition \(index): source \(old.source) ⇒ \(new)"
  }

  private mutating func removeTransition(_ index: TransitionID) {
    var removed: [Int] = []
    if let due = function(of: .due(transition: index)) { removed.append(due) }
    if let body = function(of: .body(transition: index)) { removed.append(body) }
    let count = removed.count
    for function in removed.sorted(by: >) { module.functions.remove(at: function) }
    // What is called lies behind the entries, which are fewer now.
    for function in module.functions.indices {
      for pc in module.functions[function].code.indices where module.functions[function].code[pc].opcode == .call {
        module.functions[function].code[pc].a &-= UInt16(count)
      }
    }
    module.interface.transitions.remove(at: index.index)
    entries = module.interface.entries
  }

  mutating func deleteTransition() -> String? {
    guard let index = pickTransition() else { return nil }
    let old = interface.transitions[index]
    removeTransition(index)
    return "transition \(index) deleted, \(old.trigger) from \(interface.states[old.source].name)"
  }

  /// A final state that goes on, or another one that ends.
  mutating func changeFinal() -> String? {
    let index = StateID(random.below(interface.states.count))
    let state = interface.states[index]
    if !state.isFinal {
      while let transition = interface.transitions.firstID(where: { $0.source == index }) {
        removeTransition(transition)
      }
    }
    module.interface.states[index] = ContractInterface.State(name: state.name, isFinal: !state.isFinal)
    return "\(state.name) is \(state.isFinal ? "not final" : "final")"
  }

  mutating func changeInitial() -> String? {
    let new = StateID(random.below(interface.states.count))
    if new == interface.initialState { return nil }
    module.interface.initialState = new
    return "\(interface.states[new].name) is initial"
  }

  mutating func changeCounter() -> String? {
    let counters = interface.fields.ids.filter {
      if case .counter = interface.fields[$0].type { true } else { false }
    }
    if counters.isEmpty { return nil }
    let (index, most) = (random.element(counters), random.element([1, 2, 1000, 100]))
    let old = interface.fields[index]
    module.interface.fields[index] = ContractInterface.Field(
      name: old.name, type: .counter(most: most), initialValue: old.initialValue, role: old.role)
    return "\(old.name) ends at \(most)"
  }

  mutating func deleteBound() -> String? {
    let bounded = interface.terms.ids.filter { interface.terms[$0].boundCount > 0 }
    if bounded.isEmpty { return nil }
    let index = random.element(bounded)
    let term = interface.terms[index]
    guard let function = function(of: .bound(term: index, number: term.boundCount - 1)) else { return nil }
    module.functions.remove(at: function)
    for function in module.functions.indices {
      for pc in module.functions[function].code.indices where module.functions[function].code[pc].opcode == .call {
        module.functions[function].code[pc].a &-= 1
      }
    }
    module.interface.terms[index] = ContractInterface.Term(
      name: term.name, type: term.type, defaultValue: term.defaultValue, boundCount: term.boundCount - 1)
    entries = module.interface.entries
    return "a bound of \(term.name) deleted"
  }

  mutating func changeWho() -> String? {
    guard let index = pickTransition({ !$0.trigger.isAutomatic }),
      case .action(let name, let parameters, let who) = interface.transitions[index].trigger
    else { return nil }
    let new: ContractInterface.Who =
      if case .parties(let actors, let needed) = who, random.oneIn(2) {
        .parties(actors, needed: needed == 1 ? actors.count : 1)
      } else if interface.parties.isEmpty || random.oneIn(2) {
        .anyone
      } else {
        .parties([.party(random.below(interface.parties.count))], needed: 1)
      }
    if new == who { return nil }
    module.interface.transitions[index] = ContractInterface.Transition(
      source: interface.transitions[index].source, trigger: .action(name: name, parameters: parameters, who: new))
    return "\(name) by \(new)"
  }

  mutating func changeKeys() -> String? {
    let keyed = interface.vaults.ids.filter { interface.vaults[$0].key != nil }
    if keyed.isEmpty { return nil }
    let index = random.element(keyed)
    let vault = interface.vaults[index]
    guard let key = vault.key else { return nil }
    let most = random.element([1, 2, 3, 1000])
    module.interface.vaults[index] = ContractInterface.Vault(
      name: vault.name, currency: vault.currency, key: .init(type: key.type, most: most))
    return "\(vault.name) has \(most) keys"
  }

  mutating func changeBody() -> String? {
    guard let one = pickTransition(), let other = pickTransition(), one != other,
      let to = function(of: .body(transition: one)),
      let from = function(of: .body(transition: other))
    else { return nil }
    if module.functions[to] == module.functions[from] { return nil }
    module.functions[to] = module.functions[from]
    return "transition \(one) does what \(other) does"
  }
}
