import Assurance
import Compiler
import Interface
import Source
import Testing

/// What is told of the case that nobody acts, or one party does not: whether it comes true, random
/// sequences show (`SilenceClaim`); here is what it says.
@Suite struct OutlookTests {
  private static let day: Int64 = 86_400_000

  private func outlook(_ source: String) throws -> (Outlook, ContractInterface) {
    let compilation = Compilation(SourceText(path: "outlook.ern", text: source))
    #expect(compilation.diagnostics.isEmpty, "\(compilation.diagnostics.all.map(\.message))")
    let contract = try #require(compilation.contracts.first)
    return (Outlook(contract.assured), contract.interface)
  }

  /// As `date + wait`, in terms' names and days.
  private func text(_ by: By, _ interface: ContractInterface) -> String {
    func text(_ form: TimeForm) -> String {
      let names = form.parts.map { part, count -> String in
        let name =
          switch part {
          case .opened: "opened"
          case .now: "now"
          case .item(let item):
            item < interface.terms.count
              ? interface.terms[item].name : interface.fields[item - interface.terms.count].name
          case .computed: "computed"
          }
        return count == 1 ? name : "\(count) \(name)"
      }
      let days = form.milliseconds == 0 && !names.isEmpty ? [] : ["\(form.milliseconds / OutlookTests.day)d"]
      return (names + days).joined(separator: " + ")
    }
    return (by.date.map { "\(text($0)), then " } ?? "") + text(by.wait)
  }

  private let sale = """
    contract Sale {
      party buyer, seller
      term price: Amount<CNY>
      term shipIn: Duration
      term closes: Time
      term ends: Time where ends >= closes
      vault held: Money<CNY>
      initial state Offered {
        on pay() by buyer receiving price into held -> Paid
        after 3 days -> Over
      }
      state Paid {
        on ship() by seller -> Shipped
        after shipIn -> Late
        after shipIn -> Over2
      }
      state Late {
        on cancel() by buyer { pay held to buyer } -> Over
        at closes -> Shipped
      }
      state Shipped { at ends { split held { 10% -> buyer; rest -> seller } } -> Over }
      state Over2 { after 1 day { pay held to buyer } -> Over }
      final state Over
    }
    """

  @Test func silenceIsToldInTerms() throws {
    let (outlook, interface) = try outlook(sale)
    let told = interface.states.ids.map { state in outlook.silence.states[of: state].latest.map { text($0, interface) }
    }
    #expect(told[0] == ["3d"])
    // The bound on the terms puts one date behind the other; who comes later than both waits for neither.
    #expect(told[1] == ["ends, then 0d", "shipIn"])
    #expect(told[2] == ["ends, then 0d"])
    #expect(told[4] == ["1d"])
    // The deadline that always comes later is on no way.
    let ways = outlook.silence.states[1].ways.map { way in way.map { interface.states[$0.target].name } }
    #expect(ways == [["Late", "Shipped", "Over"]])
    let paid = outlook.silence.states[3].ways[0].flatMap { outlook.silence.payouts[$0] ?? [] }
    #expect(paid.map(\.payee) == [.party(0), .party(1)] && paid.map(\.portion).last == .rest)
    #expect(outlook.warnings.isEmpty)
  }

  @Test func aPartyCanBePutOffForEver() throws {
    let (outlook, interface) = try outlook(
      """
      contract Lease {
        party tenant, owner
        term bond: Amount<CNY>
        field until: Time = 2027-01-01
        vault held: Money<CNY>
        initial state Offered {
          on pay() by tenant receiving bond into held -> Running
          after 3 days -> Over
        }
        state Running {
          on extend(longer: Duration) by owner { until = until + longer }
          at until { pay held to tenant } -> Over
        }
        final state Over
      }
      """)
    // Before it pays, nobody holds anything of the tenant.
    #expect(outlook.silence.latestWithout[0][1] == nil && outlook.silence.latestWithout[0][0] != nil)
    #expect(outlook.silence.latestWithout[1][1]?.map { text($0, interface) } == ["until, then 0d"])
    let extend = try #require(interface.transition(action: "extend", in: 1))
    let delay = try #require(outlook.silence.delays.first)
    #expect(delay.party == 0 && delay.state == 1 && delay.actions == [extend])
    #expect(outlook.warnings == [.heldBack(delay)])
  }

  @Test func roundsAreCounted() throws {
    let (outlook, interface) = try outlook(
      """
      contract Haggle {
        party a, b
        term think: Duration
        field rounds: Counter<4>
        vault held: Money<CNY>
        initial state Draft { on put() by a receiving 9.00 CNY into held -> First after 1 day -> Over }
        state First {
          on say() by a { raise rounds } -> Second
          after think { pay held to a } -> Over
        }
        state Second {
          on reply() by b { raise rounds } -> First
          after think { pay held to b } -> Over
        }
        final state Over
      }
      """)
    // Without a nobody goes round; without b nobody comes back.
    #expect(outlook.silence.latestWithout[0][1]?.map { text($0, interface) } == ["think"])
    #expect(outlook.silence.latestWithout[0][2]?.map { text($0, interface) } == ["2 think"])
    #expect(outlook.silence.states[2].latest.map { text($0, interface) } == ["think"])
    #expect(outlook.warnings.isEmpty)
  }

  /// What only a date ends is told by that date, wherever in the state it stands.
  @Test func aCircleThatADateEndsLastsUntilThen() throws {
    let (outlook, interface) = try outlook(
      """
      contract Rental {
        party user, owner
        term ends: Time
        vault held: Money<CNY>
        initial state Offered { on pay() by user receiving 9.00 CNY into held -> Running after 1 day -> Over }
        state Running {
          on service() by owner -> Running
          after 30 days { pay held to user } -> Over
          at ends { pay held to user } -> Over
        }
        final state Over
      }
      """)
    #expect(outlook.silence.latestWithout[0][1]?.map { text($0, interface) } == ["ends, then 0d"])
    #expect(outlook.silence.latestWithout[1][1]?.map { text($0, interface) } == ["30d"])
  }

  private func lease(_ extend: String, _ who: String = "owner") -> String {
    """
    contract Lease {
      party owner, user
      field until: Time = 2027-01-01
      field isCounted: Bool = false
      field n: Counter<1>
      vault held: Money<CNY> per Party[9]
      initial state Running {
        on join() by \(who == "owner" ? "user" : "anyone") receiving 9.00 CNY into held[caller] { isCounted = true }
        on extend(longer: Duration) by owner { \(extend) }
        at until { pay held to each } -> Over
      }
      final state Over
      invariant "counted" while Over: isCounted or not isCounted
    }
    """
  }

  /// A counter bounds an action only if every way through it raises it.
  @Test func aRaiseOnSomeWaysBoundsNothing() throws {
    for extend in ["raise n else {} until = until + longer", "if isCounted { raise n } until = until + longer"] {
      #expect(try outlook(lease(extend)).0.silence.delays.contains { $0.party == 1 }, "\(extend)")
    }
    #expect(try outlook(lease("raise n until = until + longer")).0.silence.delays.isEmpty)
  }

  /// Strangers who may pay in can be put off like a party.
  @Test func strangersCanBePutOff() throws {
    let open = lease("until = until + longer", "anyone").replacing("  party owner, user", with: "  party owner")
      .replacing(
        "  field n: Counter<1>\n", with: "")
    #expect(try outlook(open).0.silence.delays.map(\.party) == [nil])
  }

  /// What is paid in a loop before it is left is told.
  @Test func whatALoopPaysIsTold() throws {
    let (outlook, interface) = try outlook(
      """
      contract Loop {
        party a, b
        term ps: List<Int<0..9>, 1..5>
        vault held: Money<CNY>
        initial state Offered { on pay() by a receiving 9.00 CNY into held -> Paid after 1 day -> Over }
        state Paid {
          after 20 days { for p in ps { if p == 3 { pay held to a -> Left } pay held to b } pay held to a } -> Over
        }
        final state Over, Left
      }
      """)
    let left = try #require(interface.states.firstID { $0.name == "Left" })
    let paid = outlook.silence.payouts.first { $0.key.target == left }?.value.map(\.payee)
    #expect(paid == [.party(0), .party(1)])
  }

  /// A `require` in a branch says nothing of who does not go there; bounds joined by `and` are as good as two.
  @Test func nothingIsWarnedOfThatIsFine() throws {
    let (outlook, _) = try outlook(
      """
      contract Fine {
        party a
        term opens: Time
        term closes: Time where closes >= opens and closes <= opens + 90 days
        field isLate: Bool = false
        initial state S {
          on late() by a { isLate = true }
          on go() by a where now >= opens and now < closes { if isLate { require now >= closes } } -> T
          at closes -> T
        }
        final state T
      }
      """)
    #expect(outlook.warnings.isEmpty, "\(outlook.warnings)")
  }
}
