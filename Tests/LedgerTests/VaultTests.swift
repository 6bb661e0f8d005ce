import Interface
import Ledger
import Presentation
import Primitives
import Runtime
import Testing
import Wording

/// Vaults that keep apart what belongs to each key, and who pays into them.
@Suite struct VaultTests {
  /// `vault bids: Money<CNY> per Party[2]`, `vault pot: Money<CNY>`, and actions that fill and empty them.
  private static var bids: Script {
    var script = Script(parties: ["seller"], states: ["Open", "Over"])
    script.interface.vaults = [
      .init(name: "bids", currency: 0, key: .init(type: .party, most: 2)), .init(name: "pot", currency: 0),
    ]
    let (amount, party) = (ValueType.amount(currency: 0), ValueType.party)
    func units(_ value: Value) -> UInt128 { if case .amount(let amount) = value { amount.units } else { 0 } }
    func row(_ value: Value) -> UInt64 { if case .party(let row) = value { row } else { .max } }
    script.action("bid", [.init(name: "sum", type: amount)]) { host, arguments in
      host.deposit([(units(arguments[0]), nil, .entry(vault: 0, key: host.caller))], then: .stays)
    }
    script.action("bidForTwo", [.init(name: "a", type: party), .init(name: "b", type: party)]) { host, arguments in
      host.deposit(
        [(1, nil, .entry(vault: 0, key: row(arguments[0]))), (2, nil, .entry(vault: 0, key: row(arguments[1])))],
        then: .stays)
    }
    script.action("fillPot", [.init(name: "sum", type: amount)]) { host, arguments in
      host.deposit([(units(arguments[0]), nil, .vault(1))], then: .stays)
    }
    script.action("giveUnder", [.init(name: "who", type: party)]) { host, arguments in
      if let failure = host.settle() { return .fails(failure) }
      guard host.hasRoom(inVault: 0, for: row(arguments[0])) else { return .fails(.trapped(.full)) }
      host.move(host.balance(ofVault: 1), from: .vault(1), to: .entry(vault: 0, key: row(arguments[0])))
      return .stays
    }
    script.action("refund", [.init(name: "who", type: party)]) { host, arguments in
      let place = Place.entry(vault: 0, key: row(arguments[0]))
      host.move(host.balance(ofVault: 0, key: row(arguments[0])), from: place, to: .account(row(arguments[0])))
      return .stays
    }
    script.action("sell", []) { host, _ in
      host.move(host.balance(ofVault: 0), from: .vault(0), to: .party(0))
      return .enters(state: 1)
    }
    script.action("giveBack", []) { host, _ in
      host.payEach(vault: 0)
      return .enters(state: 1)
    }
    return script
  }

  private func opened() -> ScriptedWorld {
    var world = ScriptedWorld(VaultTests.bids)
    #expect(world.open().outcome == .opened(state: 0))
    return world
  }

  private func holdings(_ world: ScriptedWorld) -> [[UInt64]] {
    world.agreement.holdings.map { [$0.key, UInt64($0.amount.units)] }
  }

  private func amount(_ units: UInt128) -> Value { .amount(Amount(unchecked: units)) }

  private func bid(_ world: inout ScriptedWorld, _ person: Int, _ units: UInt128) -> Outcome {
    world.act("bid", by: person, [amount(units)], letGo: ScriptedWorld.fen(units).filter { $0.amount > .zero })
  }

  @Test func moneyLiesUnderItsKeys() {
    var world = opened()
    #expect(bid(&world, 3, 30) == .stayed && bid(&world, 1, 10) == .stayed && bid(&world, 3, 5) == .stayed)
    #expect(holdings(world) == [[1, 10], [3, 35]] && world.agreement.vaults.map(\.units) == [45, 0])
    #expect(world.state.total(of: Currency.all[0]) == 5000)
    #expect(
      world.agreement.balance(ofVault: 0, key: 3).units == 35 && world.agreement.balance(ofVault: 0, key: 2) == .zero)
    // Nothing lies under no key.
    #expect(bid(&world, 1, 0) == .stayed)
    #expect(world.act("refund", by: 0, [.party(3)]) == .stayed)
    #expect(holdings(world) == [[1, 10]] && world.units(3) == 1000)
  }

  /// At n keys a vault is full: those that are there can grow, a new one is refused.
  @Test func aVaultHasSoManyKeys() {
    var world = opened()
    #expect(bid(&world, 1, 10) == .stayed && bid(&world, 2, 10) == .stayed)
    #expect(bid(&world, 3, 10) == .refused(.trapped(.full)))
    #expect(bid(&world, 3, 0) == .stayed)
    #expect(bid(&world, 1, 10) == .stayed && holdings(world) == [[1, 20], [2, 10]])
    #expect(world.act("fillPot", by: 4, [amount(7)], letGo: ScriptedWorld.fen(7)) == .stayed)
    #expect(world.act("giveUnder", by: 4, [.party(3)]) == .refused(.trapped(.full)))
    #expect(world.act("giveUnder", by: 4, [.party(2)]) == .stayed && holdings(world) == [[1, 20], [2, 17]])
    #expect(world.act("refund", by: 0, [.party(1)]) == .stayed)
    #expect(bid(&world, 3, 10) == .stayed && holdings(world) == [[2, 17], [3, 10]])
  }

  /// Two deposits under new keys in one action take a place each.
  @Test func depositsOfOneActionCountTogether() {
    var world = opened()
    #expect(bid(&world, 1, 10) == .stayed)
    #expect(
      world.act("bidForTwo", by: 4, [.party(2), .party(3)], letGo: ScriptedWorld.fen(3)) == .refused(.trapped(.full)))
    #expect(world.act("bidForTwo", by: 4, [.party(2), .party(2)], letGo: ScriptedWorld.fen(3)) == .stayed)
    #expect(holdings(world) == [[1, 10], [2, 3]])
    #expect(world.act("refund", by: 0, [.party(1)]) == .stayed && world.act("refund", by: 0, [.party(2)]) == .stayed)
    #expect(world.act("bidForTwo", by: 4, [.party(3), .party(2)], letGo: ScriptedWorld.fen(3)) == .stayed)
    #expect(holdings(world) == [[2, 2], [3, 1]])
  }

  @Test func eachGetsItsOwn() {
    var world = opened()
    #expect(bid(&world, 3, 30) == .stayed && bid(&world, 1, 10) == .stayed)
    let step = world.step("giveBack", by: 0)
    #expect(step.outcome == .entered(state: 1) && holdings(world).isEmpty && world.agreement.vaults[0] == .zero)
    #expect(step.moves.map(\.from) == [.entry(vault: 0, key: 1), .entry(vault: 0, key: 3)])
    #expect(step.moves.map(\.to) == [.account(world.people[1]), .account(world.people[3])])
    #expect((0..<5).allSatisfy { world.units($0) == 1000 })
    #expect((try? Step(canonicalBytes: step.canonicalBytes)) == step)
    let story = Story(Wording(.english)) { "p\($0.index)" }
    #expect(
      story.lines(step, world.runtime.interface(ofContract: 0), world.agreement, arguments: [])
        == [
          "p0 takes giveBack().", "0.10 CNY goes from bids[p1] to p1.", "0.30 CNY goes from bids[p3] to p3.",
          "Open → Over",
        ])
  }

  /// Paid altogether, it moves as one sum.
  @Test func theWholeIsOneSum() {
    var world = opened()
    #expect(bid(&world, 3, 30) == .stayed && bid(&world, 1, 10) == .stayed)
    let (before, mark) = (world.state.digest, world.state.mark)
    let step = world.step("sell", by: 4)
    #expect(
      step.moves.map(\.from) == [.vault(0)] && holdings(world).isEmpty && world.agreement.vaults[0] == .zero
        && world.units(0) == 1040)
    world.state.rollBack(to: mark)
    #expect(world.state.digest == before && holdings(world) == [[1, 10], [3, 30]])
  }

  @Test func whatIsUndoneLeavesNoTrace() {
    var world = opened()
    #expect(bid(&world, 3, 30) == .stayed)
    let (before, mark) = (world.state.digest, world.state.mark)
    #expect(
      bid(&world, 1, 10) == .stayed && bid(&world, 3, 1) == .stayed
        && world.act("refund", by: 0, [.party(1)]) == .stayed)
    #expect(world.act("giveBack", by: 2) == .entered(state: 1) && world.state.digest != before)
    world.state.rollBack(to: mark)
    #expect(world.state.digest == before && holdings(world) == [[3, 30]])
  }

  /// What lies under keys has one encoding.
  @Test func holdingsAreCanonical() throws {
    var world = opened()
    #expect(bid(&world, 3, 30) == .stayed && bid(&world, 1, 10) == .stayed)
    let bytes = world.agreement.canonicalBytes
    #expect(try Agreement(canonicalBytes: bytes) == world.agreement)
    // Of each holding a vault, a key and an amount: 25 bytes.
    func holding(_ vault: UInt8, _ key: UInt64, _ units: UInt128) -> [UInt8] {
      var writer = CanonicalWriter()
      writer.write(vault)
      writer.write(key)
      writer.write(Amount(unchecked: units))
      return writer.bytes
    }
    let place = try #require(bytes.firstRange(of: [2] + holding(0, 1, 10) + holding(0, 3, 30)))
    for changed in [
      [2] + holding(0, 3, 30) + holding(0, 1, 10), [2] + holding(0, 1, 10) + holding(0, 1, 30),
      [2] + holding(0, 1, 10) + holding(0, 3, 29),
      [2] + holding(0, 1, 10) + holding(0, 3, 31), [2] + holding(0, 1, 10) + holding(1, 3, 30),
      [2] + holding(0, 1, 10) + holding(9, 3, 30),
      [1] + holding(0, 3, 30), [3] + holding(0, 1, 10) + holding(0, 2, 0) + holding(0, 3, 30),
    ] as [[UInt8]] {
      #expect(throws: CanonicalFault.notCanonical) {
        try Agreement(canonicalBytes: Array(bytes[..<place.lowerBound] + changed + bytes[place.upperBound...]))
      }
    }
  }

  @Test func accountsMustBeThere() {
    var script = VaultTests.bids
    script.interface.types = [
      .structure(name: "Share", [.init(name: "who", type: .party)]), .list(.composite(0), least: 0, most: 3),
      .optional(.party),
      .map(.party, .composite(2), most: 3),
    ]
    let parameters = [
      ContractInterface.Parameter(name: "list", type: .composite(1)), .init(name: "map", type: .composite(3)),
    ]
    script.action("name", parameters) { _, _ in .stays }
    script.interface.terms = [.init(name: "who", type: .composite(2), defaultValue: nil, boundCount: 0)]
    var world = ScriptedWorld(script)
    #expect(world.open([.variant(1, [.party(5)])]).outcome == .refused(.refused(.argument)))
    #expect(world.open([.variant(1, [.party(4)])]).outcome == .opened(state: 0))
    func name(_ listed: UInt64, _ key: UInt64, _ value: UInt64) -> Outcome {
      let list = Value.sequence([.sequence([.party(0)]), .sequence([.party(listed)])])
      return world.act("name", by: 0, [list, .sequence([.party(key), .variant(1, [.party(value)])])])
    }
    #expect(name(4, 4, 4) == .stayed)
    for (a, b, c) in [(5, 4, 4), (4, 5, 4), (4, 4, 5), (.max, 4, 4)] as [(UInt64, UInt64, UInt64)] {
      #expect(name(a, b, c) == .refused(.refused(.argument)))
    }
    #expect(
      world.act("bidForTwo", by: 0, [.party(1), .party(5)], letGo: ScriptedWorld.fen(3))
        == .refused(.refused(.argument)))
  }
}
