import Assurance
package import Bytecode
package import Fuzzing
import Interface
import Primitives
package import Source

/// What assurance says of a module, held against what its runs do.
package struct MutantVerdict: Sendable {
  package enum Judgement: Hashable, Sendable {
    /// Accepted, and no run is bad.
    case sound
    /// Refused, and some run is bad.
    case rightlyRefused
    /// Accepted, and some run is bad: a hole.
    case wronglyAccepted
    /// Accepted, and others can keep it going for ever: said in a warning, or no money stays in it meanwhile.
    case driven
    /// Refused, though no run loses anything.
    case imprecise
    /// Refused only for states that hold no money and have lost what ends them. That rule is meant.
    case moneyless
    /// Refused for a circle that others can keep going round for ever, as a run shows, though no
    /// money stays in it meanwhile. That rule is meant too.
    case endless
  }

  package let judgement: Judgement
  package let isAccepted: Bool
  package let report: BareReport
  /// For what it is refused, as the assurance calls it.
  package let findings: [String]
  private let assured: AssuredModule?
  private let schedules: Int
  private let seed: UInt64

  package init(_ module: WellFormedModule, _ trial: BareTrial, schedules: Int, seed: UInt64) {
    self.schedules = schedules
    self.seed = seed
    let verdict = assure(module)
    var found: [Finding] = []
    switch verdict {
    case .assured(let assured): self.assured = assured
    case .refused(let findings):
      assured = nil
      found = findings
    }
    isAccepted = assured != nil
    findings = found.map { String(describing: $0) }
    let report = trial.run(module, assured, schedules: schedules, seed: seed)
    self.report = report
    if isAccepted {
      judgement =
        switch (report.bad?.badness, report.endless?.badness) {
        case (nil, nil): .sound
        case (nil, .isDriven): .driven
        case (.isDriven(let state, _), _) where assured.map { MutantVerdict.isWarned(of: state, $0) } ?? false: .driven
        default: .wronglyAccepted
        }
    } else if report.bad != nil {
      judgement = .rightlyRefused
    } else {
      var isImprecise = false
      for finding in found {
        switch finding {
        case .stateWithoutDeadline(let state): isImprecise = isImprecise || report.moneyStates.contains(state)
        case .endlessCircle: isImprecise = isImprecise || report.endless == nil
        case .automaticCanFail, .finalStateMayHoldMoney, .gasAboveLimit, .aheadAboveLimit: isImprecise = true
        }
      }
      let isCircle = found.contains { if case .endlessCircle = $0 { true } else { false } }
      judgement = isImprecise ? .imprecise : isCircle ? .endless : .moneyless
    }
  }

  /// Whether the compiler would say of a state that others can hold somebody's money in it for ever.
  private static func isWarned(of state: StateID, _ assured: AssuredModule) -> Bool {
    Outlook(assured).silence.delays.contains { $0.state == state }
  }

  /// The run that is bad, a line for each step.
  package func story(of module: WellFormedModule, _ trial: BareTrial) -> [String] {
    guard let (badness, schedule) = report.bad ?? report.endless else { return [] }
    let interface = module.module.interface
    let steps = trial.steps(of: module, assured, schedule: schedule, schedules: schedules, seed: seed)
    let lines = steps.map { step -> String in
      let event =
        switch step.event {
        case .opening(let terms): "opened with \(MutantVerdict.words(terms))"
        case .action(let transition, let caller, _, let arguments):
          "\(name(transition, interface)) by \(caller) with \(MutantVerdict.words(arguments))"
        case .wait(let time): "until \(time)"
        case .automatic(let transition): name(transition, interface)
        }
      let outcome =
        switch step.outcome {
        case .entered(let state): "-> \(interface.states[state].name)"
        case .stayed: "stays"
        case .refused(let failure): "refused \(failure.name)"
        }
      return "\(step.time) \(event): \(outcome), vaults \(step.vaults.map(\.units))"
    }
    return ["\(badness)"] + (lines.count > 30 ? lines.prefix(20) + ["…"] + lines.suffix(5) : lines[...])
  }

  private static func words(_ values: [Value]) -> String {
    var words = "\(values)"
    for name in [
      "Interface.Value", "Primitives.Amount", "Primitives.Duration", "Primitives.Time", "Primitives.Percent",
    ] {
      words = words.split(separator: name, omittingEmptySubsequences: false).joined()
    }
    return words
  }

  /// The transitions that no run has taken.
  package func untaken(of module: WellFormedModule) -> [String] {
    report.untaken.map { name($0, module.module.interface) }
  }

  private func name(_ transition: TransitionID, _ interface: ContractInterface) -> String {
    let source = interface.states[interface.transitions[transition].source].name
    return switch interface.transitions[transition].trigger {
    case .action(let name, _, _): "\(source).\(name)"
    case .after: "\(source) after (\(transition))"
    case .at: "\(source) at (\(transition))"
    case .when: "\(source) when (\(transition))"
    }
  }
}

extension SourceMutants {
  /// The module without what names its text: two mutants that compile to the same are one.
  package static func anonymous(_ module: Module) -> Module {
    var module = module
    module.sourceHash = .zero
    return module
  }

  /// Whether the checker refuses a text for what it does with money or time, not for what it names:
  /// what would be lost would be lost, if it were a module.
  package static func isAboutMoney(_ code: DiagnosticCode) -> Bool {
    code == .splitWithoutRest || code == .automaticStays
  }
}
