package import Assurance
import Bytecode
import Compiler
import Interface
package import Primitives
import Source
import Wording

/// The four views of one module, as text and as JSON.
package struct ModuleView {
  package enum Part: String, CaseIterable, Sendable {
    case interface
    case code
    case gas
    case states
  }

  private let assured: AssuredModule
  private let disassembler: Disassembler

  package init(_ assured: AssuredModule) {
    self.assured = assured
    disassembler = Disassembler(assured.wellFormed.module)
  }

  private var module: Module { assured.wellFormed.module }
  private var interface: ContractInterface { module.interface }

  package func text(_ part: Part, _ style: TextStyle) -> String {
    let title = "\(style.bold(interface.name))  \(assured.wellFormed.id)"
    switch part {
    case .code: return disassembler.text
    case .interface: return ([title] + interfaceLines).joined(separator: "\n")
    case .gas:
      let rows = interface.transitions.ids.map { (name($0), Wording(.english).grouped(String(assured.gasMax[of: $0]))) }
      let ahead = interface.states.ids.filter { !interface.states[$0].isFinal }
        .map { (interface.states[$0].name, Wording(.english).grouped(String(assured.prepayment.ahead[of: $0].most))) }
      let width = (rows + ahead).map { displayWidth($0.0) }.max() ?? 0
      func table(_ rows: [(String, String)]) -> [String] {
        rows.map { "  \($0.0)\(padding($0.0, width))  \(padding($0.1, 10))\($0.1)" }
      }
      let lines =
        [title, "the most gas that each transition uses"] + table(rows) + [
          "the gas that is set aside in each state, for what happens by itself"
        ]
        + table(ahead)
      return lines.joined(separator: "\n")
    case .states: return ([title] + stateLines(style)).joined(separator: "\n")
    }
  }

  private func padding(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - displayWidth(text)))
  }

  private func name(_ transition: TransitionID) -> String {
    let source = interface.states[interface.transitions[transition].source].name
    switch interface.transitions[transition].trigger {
    case .action(let name, _, _): return "\(source): \(name)"
    case .after, .at: return "\(source): deadline"
    case .when: return "\(source): condition"
    }
  }

  private func type(_ type: ValueType) -> String {
    type.spelling(in: interface.types, interface.currencies.map(\.name))
  }

  /// What structures and enumerations consist of.
  private var typeLines: [String] {
    interface.types.compactMap { type in
      switch type {
      case .structure(let name, let members): "\(name)(\(parameters(members)))"
      case .enumeration(let name, let cases):
        "\(name): "
          + cases.map {
            $0.payload.isEmpty ? $0.name : "\($0.name)(\($0.payload.map { self.type($0) }.joined(separator: ", ")))"
          }.joined(
            separator: " | ")
      case .optional, .list, .set, .map: nil
      }
    }
  }

  private var interfaceLines: [String] {
    var lines: [String] = []
    func section(_ title: String, _ rows: [String]) {
      if !rows.isEmpty { lines += ["\(title)"] + rows.map { "  " + $0 } }
    }
    section("currencies", interface.currencies.indices.map { disassembler.currency($0) })
    section("types", typeLines)
    section("parties", interface.parties)
    section(
      "terms",
      interface.terms.map { term in
        let value = term.defaultValue.map { " = " + defaultText($0, term.type) } ?? ""
        return "\(term.name): \(type(term.type))\(value)"
      })
    section(
      "vaults",
      interface.vaults.map { vault in
        let key = vault.key.map { " per \(type($0.type))[\($0.most)]" } ?? ""
        return "\(vault.name): Money<\(disassembler.currency(vault.currency))>\(key)"
      })
    section("fields", fields { $0 == .declared || $0 == .initialized })
    section("computed from the terms", fields { $0 == .derived })
    for state in interface.states.ids {
      section("fields of \(interface.states[state].name)", fields { $0 == .parameter(state: state) })
    }
    section("events", interface.events.map { "\($0.name)(\(parameters($0.parameters)))" })
    section(
      "actions",
      interface.transitions.compactMap { transition in
        guard case .action(let name, let parameters, let who) = transition.trigger else { return nil }
        return
          "\(interface.states[transition.source].name): \(name)(\(self.parameters(parameters))) by \(describe(who, transition))"
      })
    section("views", interface.views.map { "\($0.name)(\(parameters($0.parameters))): \(type($0.type))" })
    section(
      "invariants",
      interface.invariants.map {
        "“\($0.text)” while \($0.states.map { interface.states[$0].name }.joined(separator: ", "))"
      })
    return lines
  }

  /// A default in words. An amount in a currency that is not chosen yet can only be 0.
  private func defaultText(_ value: Value, _ type: ValueType) -> String {
    let currencies = interface.currencies.map { slot -> Currency? in
      if case .fixed(let currency) = slot { currency } else { nil }
    }
    if case .amount(let index) = type, currencies[index] == nil { return "0" }
    return Wording(.english).value(
      value, type, currencies: currencies.map { $0 ?? Currency.all[0] }, types: interface.types)
  }

  private func fields(_ isMeant: (ContractInterface.Field.Role) -> Bool) -> [String] {
    interface.fields.filter { isMeant($0.role) }.map { "\($0.name): \(type($0.type))" }
  }

  private func parameters(_ parameters: [ContractInterface.Parameter]) -> String {
    parameters.map { "\($0.name): \(type($0.type))" }.joined(separator: ", ")
  }

  private func describe(_ who: ContractInterface.Who, _ transition: ContractInterface.Transition) -> String {
    switch who {
    case .anyone: return "anyone"
    case .parties(let actors, let needed):
      let names = actors.map { interface.name(of: $0, in: transition) }
      return names.count == needed
        ? names.joined(separator: " and ") : "\(needed) of (\(names.joined(separator: ", ")))"
    }
  }

  private func stateLines(_ style: TextStyle) -> [String] {
    let (words, due) = (TimeWords(interface), Outlook(assured).silence.due)
    return interface.states.ids.flatMap { state -> [String] in
      let marks =
        (state == interface.initialState ? ["initial"] : []) + (interface.states[state].isFinal ? ["final"] : [])
      let title =
        style.bold(interface.states[state].name) + (marks.isEmpty ? "" : "  " + marks.joined(separator: ", "))
      return [title]
        + interface.transitions.ids.filter { interface.transitions[$0].source == state }.map { transition in
          let targets = targets(of: transition)
          let to = targets.isEmpty ? "stays" : "→ " + targets.joined(separator: " | ")
          let declared = interface.transitions[transition]
          switch declared.trigger {
          case .action(let name, _, let who): return "  \(name) by \(describe(who, declared))  \(to)"
          case .after, .at: return "  \(due[of: transition].map(words.text) ?? "deadline")  \(to)"
          case .when: return "  condition  \(to)"
          }
        }
    }
  }

  private func targets(of transition: TransitionID) -> [String] {
    var names: [String] = []
    for instruction in module.functions[assured.wellFormed.function(of: .body(transition: transition))].code {
      let name =
        instruction.opcode == .enter
        ? interface.states[Int(instruction.a)].name : instruction.opcode == .stay ? "(stays)" : nil
      if let name, !names.contains(name) { names.append(name) }
    }
    return names
  }

  // MARK: JSON

  package func json(_ part: Part) -> JSON {
    var members: [(String, JSON)] = [
      ("contract", .text(interface.name)), ("id", .text(assured.wellFormed.id.description)),
      ("protocol", .number(Int(module.protocolNumber.number))),
      ("source", .text(module.sourceHash.description)),
    ]
    switch part {
    case .interface: members += interfaceJSON
    case .code:
      members.append(
        (
          "functions",
          .list(
            module.functions.indices.map { index in
              .object([
                (
                  "entry",
                  index < interface.entries.count ? .text(disassembler.describe(interface.entries[index])) : .null
                ),
                ("code", .list(module.functions[index].code.map { .text(disassembler.instruction($0)) })),
              ])
            })
        ))
    case .gas:
      members.append(
        (
          "gas",
          .list(
            interface.transitions.ids.map {
              .object([("transition", .text(name($0))), ("max", .number(assured.gasMax[of: $0]))])
            })
        ))
      let ahead = interface.states.ids.map { state -> JSON in
        .object([
          ("state", .text(interface.states[state].name)), ("gas", .number(assured.prepayment.ahead[of: state].most)),
        ])
      }
      members.append(("setAside", .list(ahead)))
    case .states:
      members.append(
        (
          "states",
          .list(
            interface.states.ids.map { state in
              .object([
                ("name", .text(interface.states[state].name)), ("initial", .bool(state == interface.initialState)),
                ("final", .bool(interface.states[state].isFinal)),
                (
                  "transitions",
                  .list(
                    interface.transitions.ids.filter { interface.transitions[$0].source == state }.map {
                      transition in
                      .object([
                        ("name", .text(name(transition))),
                        ("targets", .list(targets(of: transition).map { .text($0) })),
                      ])
                    })
                ),
              ])
            })
        ))
    }
    return .object(members)
  }

  private var interfaceJSON: [(String, JSON)] {
    func fields(_ parameters: [ContractInterface.Parameter]) -> JSON {
      .list(parameters.map { .object([("name", .text($0.name)), ("type", .text(type($0.type)))]) })
    }
    return [
      ("currencies", .list(interface.currencies.indices.map { .text(disassembler.currency($0)) })),
      ("parties", .list(interface.parties.map { .text($0) })),
      (
        "terms",
        .list(
          interface.terms.map { term in
            .object([
              ("name", .text(term.name)), ("type", .text(type(term.type))),
              ("default", term.defaultValue.map { .text(defaultText($0, term.type)) } ?? .null),
            ])
          })
      ),
      (
        "vaults",
        .list(
          interface.vaults.map { vault in
            let key = vault.key.map { JSON.object([("type", .text(type($0.type))), ("most", .number($0.most))]) }
            return .object([
              ("name", .text(vault.name)), ("currency", .text(disassembler.currency(vault.currency))),
              ("key", key ?? .null),
            ])
          })
      ),
      (
        "fields",
        .list(
          interface.fields.map { field in
            let state: JSON =
              if case .parameter(let state) = field.role { .text(interface.states[state].name) } else { .null }
            return .object([
              ("name", .text(field.name)), ("type", .text(type(field.type))),
              ("derived", .bool(field.role == .derived)),
              ("state", state),
            ])
          })
      ),
      (
        "views",
        .list(
          interface.views.map { view in
            .object([
              ("name", .text(view.name)), ("parameters", fields(view.parameters)), ("type", .text(type(view.type))),
            ])
          })
      ),
      (
        "events",
        .list(interface.events.map { .object([("name", .text($0.name)), ("parameters", fields($0.parameters))]) })
      ),
      (
        "actions",
        .list(
          interface.transitions.compactMap { transition in
            guard case .action(let name, let parameters, let who) = transition.trigger else { return nil }
            return .object([
              ("state", .text(interface.states[transition.source].name)), ("name", .text(name)),
              ("parameters", fields(parameters)),
              ("by", .text(describe(who, transition))),
            ])
          })
      ),
      (
        "invariants",
        .list(
          interface.invariants.map {
            .object([("text", .text($0.text)), ("states", .list($0.states.map { .text(interface.states[$0].name) }))])
          })
      ),
    ]
  }
}
