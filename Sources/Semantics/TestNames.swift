import Interface
import Source
import Syntax

/// What the names of a test stand for: wallets, agreements and constants.
struct TestNames {
  var wallets: [CheckedTest.Wallet] = []
  var constants: [String: Expression] = [:]
  /// Every name that a `let` has bound.
  private var bound: [Identifier] = []

  mutating func bind(_ name: Identifier, _ diagnostics: inout Diagnostics) {
    if let first = bound.first(where: { $0.text == name.text }) {
      return diagnostics.reportDuplicate(name, first: first)
    }
    if wallets.contains(where: { $0.name == name.text }) {
      diagnostics.report(.duplicateName, "`\(name.text)` was used as a wallet before this `let`", at: name.span)
    }
    bound.append(name)
  }

  /// The number of a wallet. A name that nothing is called is a wallet from then on.
  mutating func wallet(_ name: Identifier, _ diagnostics: inout Diagnostics) -> Int? {
    if let index = wallets.firstIndex(where: { $0.name == name.text }) { return index }
    if bound.contains(where: { $0.text == name.text }) {
      let what = constants[name.text] == nil ? "an agreement" : "a constant"
      diagnostics.report(.testStep, "`\(name.text)` is \(what); a wallet was wanted", at: name.span)
      return nil
    }
    wallets.append(.init(name: name.text, holdings: nil))
    return wallets.count - 1
  }

  mutating func meaning(of name: Identifier, as type: ValueType, _ diagnostics: inout Diagnostics) -> Literals.Named? {
    if case .party = type { return wallet(name, &diagnostics).map { .party(UInt64($0)) } }
    return constants[name.text].map { .constant($0) }
  }
}

extension Expression {
  /// What `and` joins.
  var conjuncts: [Expression] {
    if case .binary(.and, let left, let right) = kind { left.conjuncts + right.conjuncts } else { [self] }
  }

  /// Whether it has the form of a literal; of which type, its place decides.
  var isLiteral: Bool {
    switch kind {
    case .int, .decimal, .percent, .amount, .rate, .duration, .time, .string, .bool, .type: true
    case .negate(let inner): inner.isLiteral
    case .name: false
    case .binary(.divide, let left, let right): left.isLiteral && right.isLiteral
    case .list(let arguments): arguments.allSatisfy(\.value.mayStandInLiteral)
    case .member(let object, _): object.isLiteral
    case .call(let function, let arguments): function.makesLiteral && arguments.allSatisfy(\.value.mayStandInLiteral)
    case .with(let base, let key, let value?): base.isLiteral && key.mayStandInLiteral && value.mayStandInLiteral
    case .with, .element, .interpolated, .not, .binary, .rounded, .isCase, .isEmpty, .contains, .choose, .match,
      .answered:
      false
    }
  }

  /// The name of a structure, a case or a hash.
  var makesLiteral: Bool {
    if case .name(let name) = kind {
      LanguageFunction.named(name).contains { $0.row.literal != nil }
    } else {
      isLiteral
    }
  }

  /// A wallet or an earlier constant may be part of a literal.
  var mayStandInLiteral: Bool { if case .name = kind { true } else { isLiteral } }

  /// Whether it looks at an agreement: `deal.escrow`, `deal.bids[alice]`, `count(deal.bids)`.
  var looksAtAgreement: Bool {
    switch kind {
    case .member(let object, _): if case .name = object.kind { true } else { false }
    case .element(let object, _): object.looksAtAgreement
    case .call(let function, let arguments):
      if case .name(LanguageFunction.count.row.name) = function.kind {
        arguments.first?.value.looksAtAgreement ?? false
      } else {
        function.looksAtAgreement
      }
    default: false
    }
  }
}
