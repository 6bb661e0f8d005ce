import Assurance
import Compiler
import Interface
package import Primitives
import Semantics
import Source

extension ContractSummary {
  /// What `check --json` tells of a contract: all of the summary, and every expression with its type.
  package var json: JSON {
    .object(
      [("name", .text(interface.name)), ("states", .list(interface.states.ids.map(stateJSON)))]
        + [
          ("parties", .list(interface.parties.indices.map(partyJSON))),
          (
            "invariants",
            .list(
              interface.invariants.enumerated().map { index, invariant in
                .object([
                  ("text", .text(invariant.text)),
                  ("states", .list(invariant.states.map { .text(interface.states[$0].name) })),
                  ("condition", .text(source.text(contract.checked.invariants[index].span))),
                ])
              })
          ),
        ] + contract.expressionsJSON(in: source))
  }

  private func stateJSON(_ state: StateID) -> JSON {
    let silence = outlook.silence.states[of: state]
    let ahead = contract.assured.prepayment.ahead[of: state]
    let deadlines = interface.transitions.ids.filter {
      interface.transitions[$0].source == state && outlook.silence.due[of: $0] != nil
    }
    return .object([
      ("name", .text(interface.states[state].name)), ("initial", .bool(state == interface.initialState)),
      ("final", .bool(interface.states[state].isFinal)),
      (
        "deadlines",
        .list(
          deadlines.map { deadline in
            .object([
              ("transition", .text(source.text(contract.checked.spans.transitions[of: deadline]))),
              ("due", outlook.silence.due[of: deadline].map(byJSON) ?? .null),
            ])
          })
      ),
      ("steps", .list(silence.legs.map(legJSON))), ("ways", .list(silence.ways.map { .list($0.map(legJSON)) })),
      ("hasMoreWays", .bool(silence.hasMoreWays)),
      ("latest", .list(silence.latest.map(byJSON))),
      (
        "setAside",
        .object([
          ("most", .number(ahead.most)), ("least", .number(ahead.least)),
          (
            "rounds",
            .list(
              ahead.rounds.map {
                .object([
                  ("counter", .text(interface.fields[$0.field].name)), ("most", .number($0.most)),
                  ("gas", .number($0.gas)),
                ])
              })
          ),
        ])
      ),
    ])
  }

  /// A step with whom it pays.
  private func legJSON(_ leg: Silence.Leg) -> JSON {
    .object([
      ("transition", .text(name(leg.transition))), ("state", .text(interface.states[leg.target].name)),
      ("payouts", .list(payouts(leg).map { .text($0) })),
    ])
  }

  /// So long after the state was entered, or after the date, whichever is later. Of several, the latest counts.
  private func byJSON(_ by: By) -> JSON {
    .object([
      ("text", .text(words.text(by))), ("date", by.date.map { formJSON($0, isTime: true) } ?? .null),
      ("wait", formJSON(by.wait, isTime: false)),
    ])
  }

  private func formJSON(_ form: TimeForm, isTime: Bool) -> JSON {
    .object([
      ("text", .text(words.text(form, isTime: isTime))), ("milliseconds", .number(Int(form.milliseconds))),
      (
        "parts",
        .list(form.parts.map { .object([("part", .text(words.name($0.part))), ("count", .number(Int($0.count)))]) })
      ),
    ])
  }

  /// By when it is over if the party is silent from the entering of each state on; null where
  /// others can put it off for ever, by the actions that are named.
  private func partyJSON(_ party: Int) -> JSON {
    let states = interface.states.ids.filter { !interface.states[$0].isFinal }.map { state -> JSON in
      let actions = outlook.silence.delays.filter { $0.party == party && $0.state == state }.flatMap(\.actions)
      return .object([
        ("state", .text(interface.states[state].name)),
        ("latest", outlook.silence.latestWithout[party][of: state].map { .list($0.map(byJSON)) } ?? .null),
        ("heldBackBy", .list(actions.map { .text(name($0)) })),
      ])
    }
    return .object([("name", .text(interface.parties[party])), ("silent", .list(states))])
  }
}
