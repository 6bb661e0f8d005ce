/// Every diagnostic there is. A code is never reused and never changes its meaning; new ones are
/// appended to their group. What begins with E is refused, what begins with W is allowed and seldom
/// meant.
package enum DiagnosticCode: String, CaseIterable, Sendable {
  // The text itself.
  case sourceTooLong = "E0001"
  case invalidUTF8 = "E0002"
  case bidirectionalControl = "E0003"
  case controlCharacter = "E0004"
  case unexpectedCharacter = "E0005"
  case unterminatedString = "E0006"
  case malformedNumber = "E0007"
  // Grammar.
  case unexpectedToken = "E0101"
  case unclosedDelimiter = "E0102"
  case nestedTooDeep = "E0103"
  case reservedWord = "E0104"
  // E0105 named words that were kept free for constructs to come; they came.
  case wrongCase = "E0106"
  case unclosedHole = "E0107"
  case strayBrace = "E0108"
  case emptyHole = "E0109"
  // Names.
  case duplicateName = "E0201"
  case unknownName = "E0202"
  case wrongArguments = "E0203"
  case unused = "E0204"
  case recursion = "E0205"
  case noBuiltIn = "E0206"
  case noSuchFile = "E0207"
  case importCycle = "E0208"
  // Types.
  case typeMismatch = "E0301"
  case currencyMismatch = "E0302"
  case inexactWithoutRounding = "E0303"
  case valueOutOfRange = "E0304"
  case noSuchOperation = "E0305"
  case tooWide = "E0306"
  case moneyIsNotAValue = "E0307"
  case typeNotAllowedHere = "E0308"
  case notConstant = "E0309"
  case unhandledCase = "E0310"
  // The graph of states.
  case initialState = "E0401"
  case unreachableState = "E0402"
  case stateWithoutDeadline = "E0403"
  case automaticStays = "E0404"
  case unreachableStatement = "E0405"
  case automaticCanFail = "E0406"
  case endlessCircle = "E0407"
  // Money.
  case splitWithoutRest = "E0501"
  case finalStateMayHoldMoney = "E0502"
  case depositorUnclear = "E0503"
  // Sizes.
  case limitExceeded = "E0601"
  // Tests.
  case testStep = "E0701"
  case testFailed = "E0702"
  // Warnings: what an agreement comes to.
  case deadlineBeforeStep = "W0801"
  case neverTaken = "W0802"
  case gainsBySilence = "W0803"
  case paidByOwnRuling = "W0804"
  case heldBack = "W0805"

  package enum Severity: String, Sendable {
    case error, warning
  }

  package var severity: Severity {
    switch self {
    case .deadlineBeforeStep, .neverTaken, .gainsBySilence, .paidByOwnRuling, .heldBack: .warning
    default: .error
    }
  }
}
