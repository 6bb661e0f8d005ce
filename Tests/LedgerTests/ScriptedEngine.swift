import Interface
import Ledger
import Primitives
import Runtime

/// A contract whose parts are written in Swift: what a compiler would make of a source, said
/// directly, to look at the ledger's rules alone.
struct Script {
  typealias Part = (inout any Host, [Value]) -> Ending

  var interface = ContractInterface(name: "Scripted")
  private(set) var parts: [Entry: Part] = [:]

  /// One currency, these parties, and as many states as have names; the last is final.
  init(parties: [String], states: [String]) {
    interface.currencies = [.fixed(Currency.all[0])]
    interface.parties = parties
    interface.states = states.enumerated().map { .init(name: $1, isFinal: $0 == states.count - 1) }
  }

  mutating func part(_ entry: Entry, _ part: @escaping Part) { parts[entry] = part }

  mutating func action(
    _ name: String, in state: StateID = 0, by who: ContractInterface.Who = .anyone,
    _ parameters: [ContractInterface.Parameter] = [],
    _ body: @escaping Part
  ) {
    interface.transitions.append(.init(source: state, trigger: .action(name: name, parameters: parameters, who: who)))
    part(.body(transition: TransitionID(interface.transitions.count - 1)), body)
  }

  /// `due` answers a duration, a time or a truth value.
  mutating func automatic(
    _ trigger: ContractInterface.Trigger, in state: StateID = 0, due: @escaping (any Host) -> Value,
    _ body: @escaping Part
  ) {
    interface.transitions.append(.init(source: state, trigger: trigger))
    let transition = TransitionID(interface.transitions.count - 1)
    part(.due(transition: transition)) { host, _ in .returns(due(host)) }
    part(.body(transition: transition), body)
  }
}

extension Host {
  /// Asks for deposits and settles them; then goes on, or fails.
  mutating func deposit(_ deposits: [(units: UInt128, from: Place?, to: Place)], then ending: Ending) -> Ending {
    for (units, payer, place) in deposits { ask(Amount(unchecked: units), currency: 0, from: payer, to: place) }
    return settle().map { .fails($0) } ?? ending
  }

  func word(_ slot: Int, of count: Int) -> UInt64 {
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count) { words in
      if let base = words.baseAddress { copyWords(to: base) }
      return words[slot]
    }
  }

  mutating func setWord(_ slot: Int, _ word: UInt64) { [word].withUnsafeBufferPointer { setWords($0, at: slot) } }
}

struct ScriptedEngine: Engine {
  func interface(of contract: Script) -> ContractInterface { contract.interface }

  mutating func run<H: Host>(_ entry: Entry, of contract: Script, arguments: [Value], gas: Int, host: inout H)
    -> Execution<Int>
  {
    guard let part = contract.parts[entry] else { preconditionFailure("the script has a part for \(entry)") }
    // The ledger's host is an object: what is done to this one is done to that.
    var any: any Host = host
    let ending = part(&any, arguments)
    if case .fails = ending { return Execution(ending, at: 7, gas: 1) }
    return Execution(ending, at: nil, gas: 1)
  }
}

/// A ledger's state with people who have 1,000 fen each, under one script.
struct ScriptedWorld {
  static let day = Duration(unchecked: 86_400_000)
  static let start = Time(milliseconds: 1_767_225_600_000)
  static let gas = 1_000_000

  let state = LedgerState(time: ScriptedWorld.start)
  var runtime: AgreementExecutor<ScriptedEngine>
  private(set) var people: [AccountRow] = []

  init(_ script: Script, people count: Int = 5) {
    runtime = AgreementExecutor(engine: ScriptedEngine(), contracts: [script], state: state)
    for person in 0..<count {
      let row = state.addAccount(AccountID(Digest(sha256: [UInt8(person)])))
      guard state.issue(Amount(unchecked: 1000), Currency.all[0], to: row) else {
        preconditionFailure("there is room for 1,000 fen")
      }
      people.append(row)
    }
    state.commit()
  }

  func units(_ person: Int) -> UInt128 { state.balance(people[person], Currency.all[0]).units }

  static func fen(_ units: UInt128) -> [CurrencyAmount] { [CurrencyAmount(Amount(unchecked: units), Currency.all[0])] }

  /// Opens an agreement among the first people; what is due at once is run.
  mutating func open(_ terms: [Value] = [], parties: [Int]? = nil) -> Step {
    let count = runtime.interface(ofContract: 0).parties.count
    let parties = parties ?? Array(0..<count)
    return runtime.open(
      .init(contract: 0, currencies: [Currency.all[0]], parties: parties.map { people[$0] }, terms: terms),
      gas: ScriptedWorld.gas)
  }

  /// An action on the first agreement; a refusal must leave no trace.
  mutating func act(_ action: String, by person: Int, _ arguments: [Value] = [], letGo: [CurrencyAmount]? = [])
    -> Outcome
  {
    step(action, by: person, arguments, letGo: letGo).outcome
  }

  mutating func step(_ action: String, by person: Int, _ arguments: [Value] = [], letGo: [CurrencyAmount]? = []) -> Step
  {
    let before = state.digest
    let step = runtime.take(
      action, by: people[person], on: AgreementNumber(0), arguments: arguments, letGo: letGo, gas: ScriptedWorld.gas)
    precondition(!step.isRefused || state.digest == before, "a refusal leaves no trace")
    return step
  }

  /// Everything that is due until then.
  mutating func run(until time: Time) -> [Step] {
    var steps: [Step] = []
    while let step = runtime.runNextDeadline(until: time, gas: { _ in ScriptedWorld.gas }) { steps.append(step) }
    state.setTime(time)
    return steps
  }

  var agreement: Agreement { state.agreements[0] }
}
