import ArgumentParser
import Interface
import Ledger
import Primitives
import Runtime

struct Act: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Take an action of an agreement.",
    discussion: """
      Arguments are written as NAME=VALUE: waybill=SF1029384756, toBuyer=40%, to=alice, plan='[30%, 70%]'. What the action asks of you is \
      looked up and becomes part of what you sign; --letting-go says it yourself. Where several must agree, it leaves you when they all have. The ledger refuses anything but exactly that, and an agreement that has moved on since.
      """)

  @Argument(help: "The agreement's number.")
  var agreement: Int

  @Argument(help: "The action, such as pay.")
  var action: String

  @Argument(help: "NAME=VALUE, for each parameter.")
  var values: [String] = []

  @Option(help: "What you part with, such as \"100.00 CNY\"; may be said once for each currency.")
  var lettingGo: [String] = []

  @Option(help: "The stay that you have seen; 0 takes whichever. Default: the present one.")
  var visit: UInt64?

  @OptionGroup var ledger: LedgerOptions
  @OptionGroup var signing: SigningOptions

  func run() throws {
    let open = try ledger.open()
    let number = try open.agreement(agreement)
    let opened = open.chain.state.agreements[number.index]
    let interface = open.chain.interface(ofModule: opened.contract)
    guard
      let transition = interface.transition(action: action, in: opened.position.state)
        ?? interface.transitions.firstID(where: {
          if case .action(action, _, _) = $0.trigger { true } else { false }
        })
    else {
      let actions = interface.transitions.compactMap {
        if case .action(let name, _, _) = $0.trigger { name } else { nil }
      }
      let known = actions.indices.filter { actions.firstIndex(of: actions[$0]) == $0 }.map { actions[$0] }
      try Console.complain(
        "\(interface.name) has no action \(Characters.shown(action)); it has \(known.joined(separator: ", "))")
      throw Exit.no
    }
    let parameters = interface.transitions[transition].trigger.parameters
    var given = try Given(values, contract: interface.name)
    let arguments = try parameters.map { parameter -> Value in
      guard let text = given.take(parameter.name) else {
        try Console.complain("what is the \(parameter.name)? \(parameter.name)=…")
        throw Exit.no
      }
      return try Typed.value(
        text, as: parameter.type, of: interface, currencies: opened.currencies, on: open, called: parameter.name)
    }
    try given.finish(known: parameters.map(\.name))
    var call = Transaction.Call(
      agreement: number, visit: visit ?? opened.position.visit, action: action, arguments: arguments, letGo: [])
    call.letGo = try lettingGo.isEmpty ? open.chain.asked(call, by: open.account(signing.signerName())) : said()
    // Under a reference, what was looked up may have changed since; what was said must be the same.
    _ = try open.transact([.act(call, signer: 0)], signing) { said, done in
      guard case .act(var said, _) = said, case .act(let done, _) = done else { return false }
      if visit == nil { said.visit = done.visit }
      if lettingGo.isEmpty { said.letGo = done.letGo }
      return said == done
    }
  }

  private func said() throws -> [CurrencyAmount] {
    let sums = try lettingGo.map { try Typed.money($0) }
    let sorted = sums.filter { $0.amount > .zero }.sorted { $0.currency.index < $1.currency.index }
    guard zip(sorted, sorted.dropFirst()).allSatisfy({ $0.currency != $1.currency }) else {
      throw try Console.usage("say each currency once")
    }
    return sorted
  }
}
