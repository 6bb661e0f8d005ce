import Bytecode
import Testing

/// The columns of the instruction table against each other: what analyses rely on when they read only one of them.
@Suite struct OpcodeTests {
  @Test("bytecode: opcodes are numbered from 0 without gaps")
  func numbersHaveNoGaps() {
    #expect(Opcode.allCases.map(\.rawValue) == (0..<UInt8(Opcode.allCases.count)).map { $0 })
  }

  @Test("bytecode: a row's flow, reads, effect and value rule fit its operands", arguments: Opcode.allCases)
  func columnsFitTheOperands(_ opcode: Opcode) {
    let row = opcode.row
    let operands = [row.a, row.b, row.c]
    switch row.flow {
    case .jumps: #expect(row.a == .target)
    case .branches, .opensLoop, .closesLoop: #expect(row.b == .target)
    case .straight, .endsBlock, .enters, .stays, .returns, .traps: #expect(!operands.contains(.target))
    }
    #expect(operands.contains(.state) == (row.flow == .enters))

    let namesState = operands.contains(.slot) || operands.contains(.item)
    #expect(namesState == (row.reads == .state || row.effect == .stores || row.effect == .increments))
    let namesMoney = operands.contains { [.vault, .holding, .place].contains($0) }
    switch row.effect {
    case .asks, .pays, .splits, .paysEach: #expect(namesMoney)
    case .nothing: #expect(namesMoney == (row.reads == .vault || row.reads == .emptiness))
    case .stores, .increments, .namesPayer, .settles, .emits: #expect(!namesMoney)
    }
    #expect((row.reads == .emptiness) == (row.flow == .branches && row.a == .holding))
    #expect(operands.contains(.payer) == (row.effect == .namesPayer))
    #expect(operands.contains(.split) == (row.effect == .splits && row.traps == .shares))
    #expect(operands.contains(.event) == (row.effect == .emits))
    #expect(operands.contains(.function) == (row.traps == .callee))
    #expect(operands.contains(.party) == (row.reads == .parties))

    let writes = operands.contains { if case .write = $0 { true } else { false } }
    let (readsB, readsC) = (isRead(row.b), isRead(row.c))
    switch row.value {
    case .opaque: break
    case .constant: #expect(writes && row.b == .constant)
    case .immediate: #expect(writes && row.b == .number)
    case .read: #expect(writes && row.reads != .registers)
    case .copy, .negation: #expect(writes && readsB && row.c == .unused)
    case .narrowed: #expect(writes && readsB && row.c == .constant && row.traps == .range)
    case .quotient, .remainder: #expect(writes && readsB && readsC && row.traps == .range)
    case .sum, .difference, .product, .minimum, .maximum, .less, .lessOrEqual: #expect(writes && readsB && readsC)
    }
    // Ranges decide only about integers, and only where the rule says how.
    if row.traps == .range { #expect([.narrowed, .quotient, .remainder].contains(row.value) && row.b == .read(.int)) }
  }

  private func isRead(_ operand: Operand) -> Bool { if case .read = operand { true } else { false } }
}
