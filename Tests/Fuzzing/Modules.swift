import Assurance
package import Bytecode
package import Interface
import Primitives
import VM

/// Random modules, and mutants of them. Whatever the verifier accepts is run on the bare machine,
/// with little gas, memory that holds a pattern instead of zeros, and every kind of argument: a
/// fault inside the machine ends the process, which is what a trial looks for. Where assurance
/// accepts the module too, no call may use more gas than its bound, nothing that happens by itself
/// may trap, and no final state may be entered with money in a vault.
package struct ModuleTrial {
  package struct Count: Sendable {
    package var modules = 0
    package var accepted = 0
    package var assured = 0
    package var calls = 0
    /// Of each opcode how often it stood in an accepted module, by number.
    package var opcodes = [Int](repeating: 0, count: Opcode.allCases.count)
    package var faults: [ModuleFault.Code: Int] = [:]
    package var traps: [Trap: Int] = [:]
  }

  var tape: Tape
  private let machine = Machine(gasMax: ModuleTrial.gas)
  private let table = BareTable(count: 1, wordCount: 64, vaultCount: 5)
  package internal(set) var count = Count()

  private static let gas = 12_000

  package init(seed: UInt64) { tape = Tape(seed: seed, isRecording: false) }

  /// One random module and so many mutants.
  package mutating func run(mutants: Int) {
    guard let module = generate() else { return }
    for _ in 0..<mutants {
      var mutant = module
      for _ in 0...tape.below(3) { mutate(&mutant) }
      if tape.below(50) == 0 {
        var bytes = mutant.bytes
        bytes[tape.below(bytes.count)] ^= UInt8(1 << tape.below(8))
        count.modules += 1
        if let wellFormed = try? Verifier.verify(bytes: bytes) { use(wellFormed) }
        continue
      }
      _ = tryOut(mutant)
    }
  }

  private mutating func tryOut(_ module: Module) -> ModuleFault? {
    count.modules += 1
    do throws(ModuleFault) {
      use(try Verifier.verify(module))
      return nil
    } catch {
      count.faults[error.code, default: 0] += 1
      return error
    }
  }

  // MARK: Running

  mutating func use(_ module: WellFormedModule) {
    count.accepted += 1
    let interface = module.module.interface
    guard interface.wordCount <= 64, interface.vaults.count <= 5, interface.terms.isEmpty else { return }
    var assured: AssuredModule?
    if case .assured(let found) = assure(module) { assured = found }
    if assured != nil { count.assured += 1 }
    for function in module.module.functions {
      for instruction in function.code { count.opcodes[Int(instruction.opcode.rawValue)] += 1 }
    }
    var host = BareHost(table.row(0), opening: interface, terms: [])
    // Sometimes there is money that came from nowhere, about which assurance says nothing.
    let isSeeded = tape.below(2) == 0
    if isSeeded {
      for (index, vault) in interface.vaults.identified {
        let places: [Place] =
          vault.key == nil
          ? [.vault(index)] : (0..<UInt64(tape.below(3))).map { .entry(vault: index, key: 1 - $0 % 2) }
        for place in places { host.ask(Amount(unchecked: 1000), currency: vault.currency, from: nil, to: place) }
      }
      _ = host.settle()
      host.commit()
    }
    func isEmpty(_ vault: VaultID) -> Bool { host.balance(ofVault: vault) == .zero }
    for (index, entry) in interface.entries.enumerated() {
      for _ in 0..<2 {
        var words: [UInt64] = []
        for type in interface.parameterTypes(of: entry) {
          words += Resting.words(value(type, interface.types), as: type, in: interface.types)
        }
        machine.poison()
        let gas = tape.below(4) == 0 ? tape.below(ModuleTrial.gas) : ModuleTrial.gas
        let call = words.withUnsafeBufferPointer {
          machine.call(index, of: module, arguments: $0, gas: gas, host: &host)
        }
        count.calls += 1
        precondition(call.gas <= gas && call.gas >= 0, "a call uses no more gas than it is given")
        if let assured, case .body(let transition) = entry {
          precondition(
            call.gas <= assured.gasMax[of: transition],
            "a call uses no more gas than its bound: \(Disassembler(module.module).text)")
          if interface.transitions[transition].trigger.isAutomatic, case .fails(let failure) = call.stop {
            precondition(
              failure == .trapped(.gas) && gas < assured.gasMax[of: transition],
              "what happens by itself does not fail: \(Disassembler(module.module).text)")
          }
          if case .enters = call.stop, interface.states[call.detail].isFinal, !isSeeded {
            precondition(
              interface.vaults.ids.allSatisfy(isEmpty),
              "nothing is left behind in a final state: \(Disassembler(module.module).text)")
          }
        }
        if case .fails(let failure) = call.stop {
          if case .trapped(let trap) = failure { count.traps[trap, default: 0] += 1 }
          host.rollBack()
        } else {
          host.commit()
        }
      }
    }
    show(module, host)
  }

  /// Values of every type come out of a view, and as values of its type.
  private mutating func show(_ module: WellFormedModule, _ host: BareHost) {
    let interface = module.module.interface
    var host = host
    for (index, view) in interface.views.enumerated() {
      var arguments: [Value] = []
      for parameter in view.parameters { arguments.append(value(parameter.type, interface.types)) }
      let execution = machine.run(.view(index), of: module, arguments: arguments, gas: ModuleTrial.gas, host: &host)
      if case .returns(let value) = execution.ending {
        precondition(
          view.type.admits(value, in: interface.types),
          "a view gives a value of its type: \(Disassembler(module.module).text)")
      }
    }
  }

  mutating func value(_ type: ValueType, _ types: [TypeDefinition]) -> Value {
    tape.value(of: type, Choosing(types: types, now: BareAgreement.start, accounts: [1, 0, 2, 3, 4]))
  }

  var half: Percent {
    guard let half = Percent(reduced: 1, 2) else { preconditionFailure("a half is reduced") }
    return half
  }
}

extension ModuleTrial {
  /// What was tried, in a few lines.
  package var summary: String {
    let faults = ModuleFault.Code.verifiers.compactMap { code in count.faults[code].map { "\(code) \($0)" } }
    let traps = Trap.allCases.compactMap { trap in count.traps[trap].map { "\(trap) \($0)" } }
    let missing = Opcode.allCases.filter { count.opcodes[Int($0.rawValue)] == 0 }.map(\.mnemonic)
    return """
      \(count.modules) modules, \(count.accepted) accepted, \(count.assured) assured, \(count.calls) calls
      refused: \(faults.joined(separator: ", "))
      traps: \(traps.joined(separator: ", "))
      instructions in no accepted module: \(missing.isEmpty ? "none" : missing.joined(separator: ", "))
      """
  }
}

extension ModuleTrial {
  /// Bytes that anybody may have made: refused, or a module that runs. What they are decides which arguments it gets.
  package mutating func run(bytes: [UInt8]) {
    tape = Tape(seed: bytes.reduce(UInt64(bytes.count)) { ($0 &* 31) &+ UInt64($1) }, isRecording: false)
    if let module = try? Verifier.verify(bytes: bytes) { use(module) }
  }

  /// The bytes of a random module, as a case to begin with.
  package mutating func bytes() -> [UInt8]? { generate()?.bytes }
}
