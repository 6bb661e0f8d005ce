import Interface
import Ledger
import Testing

/// The numbers that bytes keep, each with its name. A line is only ever added. A number that is
/// given up moves to the list of those that must never mean anything again.
@Suite struct NumbersTests {
  private func lines(_ numbers: [(UInt8, String)]) -> [String] {
    numbers.sorted { $0.0 < $1.0 }.map { "\($0.0) \($0.1)" }
  }

  @Test func failuresHaveTheseNumbers() {
    let givenUp: [UInt8] = [19]
    #expect(
      lines(Failure.all.map { ($0.code, $0.name) }) == [
        "0 module", "1 agreement", "2 visit", "3 state", "4 argument", "5 terms", "6 authority", "7 guard", "8 consent",
        "9 amount", "10 funds", "11 credit", "12 invariant", "13 range", "14 negative", "15 division", "16 share",
        "17 gas", "18 index",
        "20 counter",
        "21 full",
      ])
    for number in 0...UInt8.max {
      #expect((Failure(code: number) != nil) == Failure.all.contains { $0.code == number })
      if let failure = Failure(code: number) { #expect(failure.code == number && !givenUp.contains(number)) }
    }
  }

  /// What is asked first is listed first, whatever its number.
  @Test func refusalsAreCheckedInThisOrder() {
    #expect(
      Refusal.allCases.map(\.name) == [
        "module", "agreement",
        "visit", "state", "argument", "terms", "authority", "guard", "consent", "amount", "funds", "credit",
        "invariant",
      ])
  }

  @Test func reasonsOfAdmissionHaveTheseNumbers() {
    #expect(
      lines(Inadmissible.allCases.map { ($0.rawValue, "\($0)") }) == [
        "0 malformed", "1 protocolNumber", "2 chain", "3 key", "4 signature", "5 expired", "6 horizon", "7 nonce",
        "8 reference", "9 gasLimit", "10 credit", "11 behind",
      ])
  }

  @Test func flawsHaveTheseNumbers() {
    #expect(
      lines(ModuleFlaw.Kind.allCases.map { ($0.rawValue, "\($0)") }) == [
        "0 size", "1 encoding", "2 tooMany", "3 name", "4 index", "5 type", "6 value", "7 states", "8 who", "9 key",
        "10 functionCount", "11 registers", "12 unusedOperand", "13 operand", "14 operandType", "15 width",
        "16 unassigned", "17 target", "18 loop", "19 blockGas", "20 call", "21 taking", "22 changing", "23 ending",
        "24 effect", "25 order", "26 notHere", "27 answer", "28 role", "29 share", "30 stateWithoutDeadline",
        "31 automaticCanFail", "32 endlessCircle", "33 finalStateMayHoldMoney", "34 gasAboveLimit",
        "35 aheadAboveLimit",
      ])
  }

  @Test func operationsAndTheirResultsHaveTheseNumbers() {
    #expect(
      lines(Transaction.Operation.Code.allCases.map { ($0.rawValue, "\($0)") }) == [
        "0 publish", "1 open", "2 consent", "3 act", "4 transfer", "5 grant", "6 advance", "7 release",
      ])
    #expect(
      lines(OperationResult.Code.allCases.map { ($0.rawValue, "\($0)") }) == [
        "0 published", "1 stepped", "2 consented", "3 transferred", "4 granted", "5 advanced", "6 released", "7 flawed",
      ])
  }
}
