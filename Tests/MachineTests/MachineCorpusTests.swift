import Assurance
import Bytecode
import Foundation
import Fuzzing
import Interface
import Primitives
import Support
import Testing
import VM

/// A module's one action, run on the bare machine.
struct BareRun {
  /// As the first line of a case writes it, without the fields.
  let ending: String
  /// What the fields hold behind the call, in their order.
  let fields: [Value]
  let gas: Int
  /// The most gas that assurance says the action uses; nil where the module is refused.
  let bound: Int?
  /// Who has what behind the call: vaults, what they hold under keys, parties, other accounts; in
  /// units, without those that have nothing.
  let money: String
  /// Whom the deposits came from, in order.
  let payers: String

  init(_ module: WellFormedModule, arguments: [Value] = [], gas given: Int = 1 << 24) throws {
    let interface = module.module.interface
    let transition = try #require(interface.transitions.firstID { !$0.trigger.isAutomatic })
    let types = interface.parameterTypes(of: .body(transition: transition))
    try #require(types.count == arguments.count)
    let words = zip(arguments, types).flatMap { Resting.words($0, as: $1, in: interface.types) }
    let row = BareTable(count: 1, wordCount: interface.wordCount, vaultCount: interface.vaults.count).row(0)
    var host = BareHost(row, opening: interface, terms: [])
    let machine = Machine()
    machine.poison()
    let function = module.function(of: .body(transition: transition))
    let call = words.withUnsafeBufferPointer {
      machine.call(function, of: module, arguments: $0, gas: given, host: &host)
    }
    switch call.stop {
    case .enters: ending = "enters"
    case .stays: ending = "stays"
    case .returns: ending = "returns"
    case .fails(.trapped(let trap)): ending = "traps \(trap.name)"
    case .fails(.refused(let refusal)): ending = "refused \(refusal.name)"
    }
    func name(_ place: Place) -> String {
      switch place {
      case .vault(let vault): interface.vaults[vault].name
      case .party(let party): interface.parties[party]
      case .entry(let vault, let key): "\(interface.vaults[vault].name)[\(key)]"
      case .account(let row): "@\(row)"
      }
    }
    payers = host.payers.map { $0.map(name) ?? "caller" }.joined(separator: ", ")
    if case .fails = call.stop { host.rollBack() } else { host.commit() }
    gas = call.gas
    var money: [(place: Place, units: UInt128)] = []
    for (index, vault) in interface.vaults.identified {
      let total = host.balance(ofVault: index).units
      let holdings = host.holdings.filter { $0.vault == index }
      try #require(vault.key == nil || holdings.reduce(0) { $0 + $1.units } == total)
      money +=
        vault.key == nil ? [(.vault(index), total)] : holdings.map { (.entry(vault: index, key: $0.key), $0.units) }
    }
    money += host.parties.enumerated().map { (.party($0), $1) } + host.accounts.map { (.account($0.row), $0.units) }
    self.money = money.filter { $0.units > 0 }.map { "\(name($0.place)) \($0.units)" }.joined(separator: ", ")
    if case .assured(let assured) = assure(module) { bound = assured.gasMax[of: transition] } else { bound = nil }
    fields = interface.slots.enumerated().map { item, place in
      let (type, slot) = place
      if type.wordsAtRest > 0 {
        let words = (0..<type.wordsAtRest).map { row[1 + slot + $0] }
        return Resting.value(words[...], as: type, in: interface.types)
      }
      let entries = host.entries.filter { $0.item == item }.map { (key: $0.key, value: $0.value) }
      return Resting.value(ofEntries: entries, as: type, in: interface.types)
    }
  }
}

/// A file in Tests/Corpus/machine is cases in assembler (`CaseFile`). The title of each says how its action
/// ends and what the fields hold then that do not hold what they began with: `; case enters: f = 7;
/// l = [1, 2]`, or `; case traps index`, which leaves every field as it was. A line `; with [1, 2]`
/// gives arguments, one `; leaves v 3, a 4` says who has something then, and one `; payers caller,
/// a` whom the deposits came from. The block's time is that of 2026 begins, the parties' accounts
/// have the rows from 1 on, and the first of them acts. The gas that each case uses stands in a
/// golden file beside it.
@Suite struct MachineCorpusTests {
  private static let paths = Repository.files("Tests/Corpus/machine", ".erna")

  private static func cases(_ path: String) throws -> [(title: String, lines: [String], module: Module)] {
    try CaseFile.cases(path).map { ($0.title, $0.lines, try Assembler.module($0.module)) }
  }

  private static func value(_ text: String) throws -> Value {
    try #require(try Assembler.module("constant \(text)").constants.first)
  }

  @Test(arguments: paths)
  func actionsDoAsTheFileSays(_ path: String) throws {
    var used = ""
    for (title, lines, module) in try MachineCorpusTests.cases(path) {
      let name = "\(path): \(title)\n\(lines.first ?? "")"
      #expect(try Module(bytes: module.bytes) == module, "\(name)")
      #expect(try Assembler.module(Disassembler(module).text) == module, "\(name)")
      let wellFormed: WellFormedModule
      do { wellFormed = try Verifier.verify(bytes: module.bytes) } catch {
        Issue.record("\(name): \(error.description)")
        continue
      }
      var arguments: [Value] = []
      if let line = lines.first(where: { $0.hasPrefix("; with ") }) {
        guard case .sequence(let values) = try MachineCorpusTests.value(String(line.dropFirst("; with ".count))) else {
          continue
        }
        arguments = values
      }
      let interface = module.interface
      for (argument, type) in zip(arguments, interface.parameterTypes(of: .body(transition: 1))) {
        #expect(type.admits(argument, in: interface.types), "\(name)")
      }
      let run = try BareRun(wellFormed, arguments: arguments)
      var expected = interface.fields.map(\.initialValue)
      let line = title.components(separatedBy: ": ")
      for field in line.dropFirst().joined(separator: ": ").components(separatedBy: "; ") where !field.isEmpty {
        let sides = field.components(separatedBy: " = ")
        let index = try #require(interface.fields.firstID { $0.name == sides[0] })
        expected[of: index] = try MachineCorpusTests.value(sides[1])
      }
      #expect(run.ending == line[0], "\(name)")
      for (index, field) in interface.fields.identified {
        #expect(run.fields[of: index] == expected[of: index], "\(name): \(field.name)")
        #expect(field.type.admits(run.fields[of: index], in: interface.types), "\(name): \(field.name)")
      }
      for (begin, actual) in [("; leaves ", run.money), ("; payers ", run.payers)] {
        if let line = lines.first(where: { $0.hasPrefix(begin) }) {
          #expect(actual == line.dropFirst(begin.count), "\(name)")
        }
      }
      let bound = try #require(run.bound, "\(name)")
      #expect(run.gas <= bound, "\(name)")
      used += "\(run.gas) \(title)\n"
      // With just this gas it ends alike; with less it runs out, and leaves everything as it was.
      #expect(try BareRun(wellFormed, arguments: arguments, gas: run.gas).ending == run.ending, "\(name)")
      for gas in [run.gas - 1, run.gas - 3, run.gas * 9 / 10, run.gas * 2 / 3, run.gas / 3, 0]
      where gas >= 0 && gas < run.gas {
        let less = try BareRun(wellFormed, arguments: arguments, gas: gas)
        #expect(less.ending == "traps gas" && less.gas == gas, "\(name)")
        #expect(less.fields == interface.fields.map(\.initialValue), "\(name)")
      }
    }
    let golden = path.replacing(".erna", with: ".gas")
    if Repository.isUpdating { try Repository.write(used, to: golden) }
    #expect(used == (try? Repository.text(golden)) && !Repository.isUpdating, "\(golden)")
  }

  /// Every instruction, and every trap.
  @Test func everyInstructionAndTrapHasACase() throws {
    var opcodes: Set<Opcode> = []
    var endings: Set<String> = []
    for path in MachineCorpusTests.paths {
      for (title, _, module) in try MachineCorpusTests.cases(path) {
        endings.insert(title)
        for function in module.functions { opcodes.formUnion(function.code.map(\.opcode)) }
      }
    }
    let missing = Opcode.allCases.filter { !opcodes.contains($0) }
    #expect(missing.isEmpty, "no case has \(missing)")
    // Every case is run with too little gas as well.
    for trap in Trap.allCases where trap != .gas { #expect(endings.contains("traps \(trap.name)"), "\(trap)") }
  }
}
