import Interface
import Primitives

extension FunctionVerifier {
  /// The rules that the operands' kinds do not tell. `before` is what the instruction before has found out.
  mutating func checkRules(_ i: Instruction, at pc: Int, _ before: Probe) throws(ModuleFault) {
    switch i.opcode {
    case .copy, .copyPair:
      try demand(fits(type(i.b, at: pc), type(i.a, at: pc)), at: pc)
      try demand(!isCollection(type(i.a, at: pc)), at: pc)
    case .immediate:
      let value = Integer(Int(Int16(bitPattern: i.b)))
      try demand(constant(.int(value), is: type(i.a, at: pc)), at: pc)
    case .constant, .constantPair, .constantWide:
      let value = module.constants[Int(i.b)]
      try demand(constant(value, is: type(i.a, at: pc)), at: pc)
      try demand(isObject(value) == (i.opcode == .constantWide), at: pc)
    case .load, .loadPair, .loadInt, .loadWide:
      try demand(RegisterType(slotType(i.b, at: pc)) == type(i.a, at: pc), at: pc)
      try demand(opcode(i.opcode, moves: i.b, at: pc), at: pc)
    case .store, .storePair, .storeInt, .storeWide:
      try demand(fits(type(i.b, at: pc), RegisterType(slotType(i.a, at: pc))), at: pc)
      try demand(opcode(i.opcode, moves: i.a, at: pc), at: pc)
      try demandField(Int(i.c), beginsAt: i.a, at: pc)
    case .raise:
      guard case .counter = try slotType(i.a, at: pc) else { throw fault(.operandType, pc) }
      try demandField(Int(i.c), beginsAt: i.a, at: pc)
    case .count:
      guard case .loopCounter(let bound) = try type(i.a, at: pc) else { throw fault(.operandType, pc) }
      try demand(module.constants[Int(i.c)] == .int(Integer(bound)), at: pc)
    case .balance:
      try demand(type(i.a, at: pc) == .value(.amount(currency: module.interface.vaults[Int(i.b)].currency)), at: pc)
    case .minInt, .maxInt:
      if let range = try extreme(isMin: i.opcode == .minInt, i.b, i.c, at: pc) {
        try demand(range: range, in: i.a, at: pc)
      } else {
        try demand(bits: max(bits(i.b, at: pc), bits(i.c, at: pc)), in: i.a, at: pc)
      }
    case .addRatio, .subtractRatio, .multiplyRatio, .divideRatio, .ratioOfInts:
      try demand(type(i.a, at: pc) == .value(.ratio(isPercent: false)), at: pc)
    case .narrowRatio: try demand(type(i.a, at: pc) == .percent, at: pc)
    case .addInt, .subtractInt: try demand(bits: max(bits(i.b, at: pc), bits(i.c, at: pc)) + 1, in: i.a, at: pc)
    case .multiplyInt: try demand(bits: bits(i.b, at: pc) + bits(i.c, at: pc), in: i.a, at: pc)
    case .divideIntDown, .divideIntUp, .divideIntHalfEven: try demand(bits: bits(i.b, at: pc) + 1, in: i.a, at: pc)
    case .moduloInt: try demand(bits: bits(i.c, at: pc), in: i.a, at: pc)
    case .narrow:
      guard case .value(.int(let range)) = try type(i.a, at: pc), Int(i.c) + 1 < module.constants.count else {
        throw fault(.operandType, pc)
      }
      try demand(
        module.constants[Int(i.c)] == .int(range.low) && module.constants[Int(i.c) + 1] == .int(range.high), at: pc)
    case .equalWord:
      let (b, c) = (try type(i.b, at: pc), try type(i.c, at: pc))
      try demand(b == c && [.bool, .duration, .time, .party].contains(b), at: pc)
    case .lessDuration, .lessOrEqualDuration: try demand(type(i.b, at: pc) == type(i.c, at: pc), at: pc)
    case .intOfDuration: try demand(bits: Integer(Int(Duration.max.milliseconds)).bitWidth, in: i.a, at: pc)
    case .intOfAmount: try demand(bits: Integer(Amount.max.units).bitWidth, in: i.a, at: pc)
    case .endOfDay:
      let type = try type(i.b, at: pc).valueType
      try demand(type.map { Calendar.isCalendar($0, in: module.interface.types) } ?? false, at: pc)
    case .sha256, .sm3:
      guard case .value(.bytes(let max)) = try type(i.a, at: pc), max >= Digest.size else { throw fault(.width, pc) }
    case .balanceOfKey:
      let vault = module.interface.vaults[Int(i.b)]
      guard let key = vault.key else { throw fault(.operandType, pc) }
      try demand(type(i.a, at: pc) == .value(.amount(currency: vault.currency)), at: pc)
      try demand(fits(type(i.c, at: pc), RegisterType(key.type)), at: pc)
    case .countKeys:
      guard let key = module.interface.vaults[Int(i.b)].key else { throw fault(.operandType, pc) }
      try demand(count: key.most, in: i.a, at: pc)
    case .payEach: try demand(module.interface.vaults[Int(i.a)].key?.type == .party, at: pc)
    case .equalPair: try demandSameCurrency(i.b, i.c, at: pc)
    case .lessAmount, .lessOrEqualAmount, .lessPercent, .lessOrEqualPercent: try demandSameCurrency(i.b, i.c, at: pc)
    case .addAmount, .subtractAmount:
      try demandSameCurrency(i.b, i.c, at: pc)
      try demand(type(i.a, at: pc) == type(i.b, at: pc), at: pc)
    case .timesAmount: try demand(type(i.a, at: pc) == type(i.b, at: pc), at: pc)
    case .scaleAmountDown, .scaleAmountUp, .scaleAmountHalfEven:
      if case .value(.rate(let currency, let other)) = try type(i.c, at: pc) {
        try demand(type(i.b, at: pc) == .value(.amount(currency: other)), at: pc)
        try demand(type(i.a, at: pc) == .value(.amount(currency: currency)), at: pc)
      } else {
        try demand(type(i.a, at: pc) == type(i.b, at: pc), at: pc)
      }
    case .equalText, .lessText:
      let (b, c) = (try type(i.b, at: pc), try type(i.c, at: pc))
      try demand(b.isA(.text, in: []) == c.isA(.text, in: []), at: pc)
    case .ask:
      try demand(type(i.b, at: pc) == .value(.amount(currency: Int(i.c))), at: pc)
      if let vault = try place(i.a, at: pc).vault {
        try demand(module.interface.vaults[vault].currency == Int(i.c), at: pc)
      }
    case .pay:
      let (source, target) = (try place(i.a, at: pc), try place(i.b, at: pc))
      if let from = source.vault, let to = target.vault {
        let vaults = module.interface.vaults
        try demand(source != target && vaults[from].currency == vaults[to].currency, at: pc)
      }
    case .return:
      guard let resultType else { throw fault(.notHere, pc) }
      try demand(fits(type(i.a, at: pc), resultType), at: pc)
      // Two registers would hold the same collection.
      if isCollection(resultType), isParameter(Int(i.a)) || isLoopedThrough(Int(i.a), at: pc) {
        throw fault(.changing, pc)
      }

    case .call:
      guard let result = module.functions[Int(i.a)].signature?.result else { throw fault(.call, pc) }
      try demand(fits(result, type(i.c, at: pc)), at: pc)

    // Texts and bytes
    case .textOfInt:
      // 0.30103 digits for each bit, one begun, and a sign.
      guard case .value(.text(let max)) = try type(i.a, at: pc), try bits(i.b, at: pc) * 30103 / 100_000 + 2 <= max
      else {
        throw fault(.width, pc)
      }
    case .concatenate:
      let (b, c, a) = (try type(i.b, at: pc), try type(i.c, at: pc), try type(i.a, at: pc))
      if case (.value(.text(let x)), .value(.text(let y)), .value(.text(let room))) = (b, c, a) {
        guard x + y <= room else { throw fault(.width, pc) }
      } else if case (.value(.bytes(let x)), .value(.bytes(let y)), .value(.bytes(let room))) = (b, c, a) {
        guard x + y <= room else { throw fault(.width, pc) }
      } else {
        throw fault(.operandType, pc)
      }
    case .sizeOf:
      if case .value(.text(let max)) = try type(i.b, at: pc) {
        try demand(count: 4 * max, in: i.a, at: pc)
      } else if case .value(.bytes(let max)) = try type(i.b, at: pc) {
        try demand(count: max, in: i.a, at: pc)
      } else {
        throw fault(.operandType, pc)
      }
    case .scalarCount:
      guard case .value(.text(let max)) = try type(i.b, at: pc) else { throw fault(.operandType, pc) }
      try demand(count: max, in: i.a, at: pc)

    // Structures, enumerations, optionals
    case .member, .replace:
      guard case .structure(_, let members) = try definition(i.opcode == .member ? i.b : i.a, at: pc),
        Int(i.c) < members.count
      else {
        throw fault(.operandType, pc)
      }
      let type = members[Int(i.c)].type
      if i.opcode == .member {
        try demand(type, fitsInto: i.a, at: pc)
      } else {
        try demand(i.b, fitsInto: type, at: pc)
      }
    case .match:
      guard let payloads = try definition(i.a, at: pc).payloads, Int(i.c) < payloads.count else {
        throw fault(.operandType, pc)
      }
      probed = .matched(register: i.a, case: Int(i.c))
    case .payload:
      guard case .matched(let register, let number) = before, register == i.b else { throw fault(.taking, pc) }
      guard let payloads = try definition(i.b, at: pc).payloads, Int(i.c) < payloads[number].count else {
        throw fault(.operandType, pc)
      }
      try demand(payloads[number][Int(i.c)], fitsInto: i.a, at: pc)
      // No type contains itself, so this has not written the register that was matched.
      probed = before

    // Lists, sets, maps
    case .fillList:
      let element = try element(i.a, at: pc)
      try demand(i.b, fitsInto: element, at: pc)
      try demand(!isCollection(RegisterType(element)), at: pc)
    case .countOf: try demand(count: definition(i.b, at: pc).most ?? 0, in: i.a, at: pc)
    case .getElement, .getElementPair, .getElementObject:
      let element = try element(i.b, at: pc)
      try demand(element, fitsInto: i.a, at: pc)
      try demand(isCollection(RegisterType(element)) == (i.opcode == .getElementObject), at: pc)
    case .setElement, .setElementPair, .setElementObject:
      let element = try element(i.a, at: pc)
      try demand(i.c, fitsInto: element, at: pc)
      try demand(isCollection(RegisterType(element)) == (i.opcode == .setElementObject), at: pc)
    case .appendElement: try demand(i.b, fitsInto: element(i.a, at: pc), at: pc)
    case .insertKey, .removeKey: try demand(i.b, fitsInto: key(definition(i.a, at: pc), at: pc), at: pc)
    case .insertEntry:
      guard case .map(let key, let value, _) = try definition(i.a, at: pc) else { throw fault(.operandType, pc) }
      try demand(i.b, fitsInto: key, at: pc)
      try demand(i.c, fitsInto: value, at: pc)
    case .hasKey: try demand(i.c, fitsInto: key(definition(i.b, at: pc), at: pc), at: pc)
    case .find:
      switch try definition(i.a, at: pc) {
      case .list(let element, _, _):
        _ = try bits(i.c, at: pc)
        probed = .found(element)
      case .map(let key, let value, _):
        try demand(i.c, fitsInto: key, at: pc)
        probed = .found(value)
      case .structure, .enumeration, .optional, .set: throw fault(.operandType, pc)
      }
    case .found:
      guard case .found(let type) = before else { throw fault(.taking, pc) }
      try demand(type, fitsInto: i.a, at: pc)
    case .each:
      guard case .loopCounter(let bound) = try type(i.a, at: pc), let most = try definition(i.b, at: pc).most,
        bound >= most
      else {
        throw fault(.operandType, pc)
      }
      guard pc + 1 < function.code.count, function.code[pc + 1].opcode == .loop, function.code[pc + 1].a == i.a else {
        throw fault(.loop, pc)
      }
    case .item:
      guard isOpen(counter: i.c, through: i.b, at: pc) else { throw fault(.taking, pc) }
      switch try definition(i.b, at: pc) {
      case .list(let part, _, _), .set(let part, _), .map(let part, _, _): try demand(part, fitsInto: i.a, at: pc)
      case .structure, .enumeration, .optional: throw fault(.operandType, pc)
      }
    case .itemValue:
      guard isOpen(counter: i.c, through: i.b, at: pc) else { throw fault(.taking, pc) }
      guard case .map(_, let value, _) = try definition(i.b, at: pc) else { throw fault(.operandType, pc) }
      try demand(value, fitsInto: i.a, at: pc)
    case .copyObject: try demand(type(i.a, at: pc) == type(i.b, at: pc), at: pc)
    case .equalObject:
      let (b, c) = (try type(i.b, at: pc), try type(i.c, at: pc))
      try demand(fits(b, c) || fits(c, b), at: pc)

    // The agreement's state
    case .loadObject: try demand(RegisterType(slots[Int(i.b)].type) == type(i.a, at: pc), at: pc)
    case .storeObject:
      try demandField(i.a, at: pc)
      let type = slots[Int(i.a)].type
      if case .composite(let index) = type, case .map = module.interface.types[index] { throw fault(.operandType, pc) }
      try demand(i.b, fitsInto: type, at: pc)
    case .countEntries: try demand(count: map(i.b, at: pc).most, in: i.a, at: pc)
    case .findEntry:
      let map = try map(i.a, at: pc)
      try demand(i.c, fitsInto: map.key, at: pc)
      probed = .found(map.value)
    case .setEntry:
      try demandField(i.a, at: pc)
      let map = try map(i.a, at: pc)
      try demand(i.b, fitsInto: map.key, at: pc)
      try demand(i.c, fitsInto: map.value, at: pc)
    case .removeEntry:
      try demandField(i.a, at: pc)
      try demand(i.b, fitsInto: map(i.a, at: pc).key, at: pc)

    case .next, .jump, .branch, .loop, .again, .enter, .stay, .require, .fail, .now, .opened, .caller, .account, .not,
      .equalInt, .lessInt, .lessOrEqualInt, .addDuration, .subtractDuration, .timesDuration, .addTime,
      .subtractFromTime, .subtractTime, .make, .wrap, .collect, .removeElement, .payer, .settle, .empty, .split, .emit:
      break
    }
  }
}
