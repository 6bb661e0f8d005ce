package import Interface
package import Primitives

/// Sentences about transactions, agreements on a ledger, and what was paid ahead.
extension Wording {
  package func inAgreement(_ number: Int, _ sentence: String) -> String {
    say("Agreement \(number): \(sentence)", "协议 \(number)：\(sentence)")
  }

  package func published(_ contract: String, isNew: Bool) -> String {
    isNew
      ? say("The contract \(contract) is published: its guarantees were proved again.", "合约 \(contract) 已发布，各项保证已重新验证。")
      : say("The contract \(contract) was published before; nothing changes.", "合约 \(contract) 此前已发布，没有变化。")
  }

  package func consents(_ who: String, toAgreement number: Int) -> String {
    say("\(who) consents to agreement \(number).", "\(who) 同意协议 \(number)。")
  }

  package func grants(_ credit: UInt64, from: String, to: String) -> String {
    say("\(from) gives \(to) \(self.credit(credit)).", "\(from) 转给 \(to) \(self.credit(credit))。")
  }

  package func gas(_ gas: UInt64) -> String { grouped(String(gas)) + " gas" }

  /// What gas is paid with.
  package func credit(_ credit: UInt64) -> String {
    say("\(grouped(String(credit))) credit", "\(grouped(String(credit))) 燃料点")
  }

  package func allowsTime(until time: Time) -> String {
    say("The operator lets time go on until \(self.time(time)).", "运营方允许时间走到 \(self.time(time))。")
  }

  package func prepays(_ gas: UInt64) -> String {
    say("\(self.gas(gas)) is set aside, so that deadlines can run whatever happens.", "预留 \(self.gas(gas))，保证到期事项必能执行。")
  }

  package func getsBack(_ who: String, _ gas: UInt64) -> String {
    say("\(who) gets back \(self.gas(gas)) that no deadline needed.", "\(who) 收回未用的 \(self.gas(gas))。")
  }

  package var wouldHappen: String { say("This would happen:", "将会发生：") }

  package func pays(_ who: String, credit: UInt64) -> String {
    say("\(who) pays \(self.credit(credit))", "\(who) 支付 \(self.credit(credit))")
  }

  package func isSignedBy(_ names: [String]) -> String { say("Sign as \(list(names))?", "以 \(list(names)) 的名义签字吗？") }

  package func isNow(_ time: Time) -> String { say("It is \(self.time(time)) UTC.", "现在是 \(self.time(time))（UTC）。") }

  package func mustConsent(_ who: [String], agreement: Int) -> String {
    say(
      "Before money comes in, \(list(who)) must consent: earnest consent \(agreement) --as NAME",
      "收款之前，\(list(who)) 须同意：earnest consent \(agreement) --as NAME")
  }

  package func vault(_ vault: String, ofAgreement number: Int) -> String {
    say("\(vault) of agreement \(number)", "协议 \(number) 的 \(vault)")
  }

  // What is to be seen of an agreement.

  package func agreement(_ number: Int, _ contract: String, _ state: String, since time: Time) -> String {
    say(
      "Agreement \(number)  \(contract)  \(state) since \(self.time(time)) UTC",
      "协议 \(number)  \(contract)  \(state)，自 \(self.time(time))（UTC）起")
  }

  package func field(_ name: String, _ value: String) -> String { say("\(name): \(value)", "\(name)：\(value)") }

  package var hasNotConsented: String { say("has not consented", "尚未同意") }

  package func vault(_ name: String, holding sum: CurrencyAmount) -> String {
    say("vault \(name): \(amount(sum))", "金库 \(name)：\(amount(sum))")
  }

  package func hasAgreed(_ party: String, _ action: String) -> String {
    say("\(party) has agreed to \(action)", "\(party) 已同意 \(action)")
  }

  /// What a vault holds under a key.
  package func holding(_ vault: String, _ key: String, _ sum: CurrencyAmount) -> String {
    say("\(vault)[\(key)]: \(amount(sum))", "\(vault)[\(key)]：\(amount(sum))")
  }

  /// Whoever a contract knows by a name that is no role, with who that is now.
  package func actor(_ name: String, _ who: String) -> String { say("\(name) (\(who))", "\(name)（\(who)）") }

  /// What an approval promises.
  package func willLetGo(_ who: String, _ sums: [CurrencyAmount]) -> String {
    let money = list(sums.map { amount($0) })
    return say("\(who) will let go \(money) once all that are needed agree.", "待所需各方同意后，\(who) 将付出 \(money)。")
  }

  /// An approval that promises something.
  package func hasAgreed(_ party: String, _ action: String, lettingGo sums: [CurrencyAmount]) -> String {
    let money = list(sums.map { amount($0) })
    return say(
      "\(party) has agreed to \(action), and lets go \(money) when it happens", "\(party) 已同意 \(action)，届时付出 \(money)")
  }

  /// Who may take an action: all of these, so many of them, or nil for anyone.
  package func offered(_ action: String, by parties: [String]?, needed: Int) -> String {
    guard let parties else { return say("\(action) by anyone", "\(action)（任何人）") }
    if parties.count == needed { return say("\(action) by \(list(parties))", "\(action)（\(list(parties))）") }
    let names = parties.joined(separator: say(", ", "、"))
    return say("\(action) by \(needed) of \(names)", "\(action)（\(names) 中任意 \(needed) 方）")
  }

  package func possibleNow(_ actions: [String]) -> String {
    say("possible now: \(actions.joined(separator: "; "))", "现在可以：\(actions.joined(separator: "；"))")
  }

  package var waitsForConsents: String {
    say("no money comes in before every party that may act has consented", "全体可操作的当事方同意之前，不收任何款项")
  }

  package var isSuspended: String {
    say("suspended: what happens by itself failed against all that was proved", "已停住：自动事项执行失败，这本不应发生")
  }

  package var isReleased: String { say("suspended and released: what it held has been paid out", "已停住并放款：所存款项已全部付出") }

  /// Who pays out what a suspended agreement holds. `areEverybody`: whether those can divide all of
  /// it without the operator.
  package func canBeReleased(_ number: Int, by who: [String], areEverybody: Bool, orBy operatorName: String) -> String {
    let command = "earnest release \(number)"
    if who.isEmpty {
      return say("\(operatorName) alone can release it: \(command)", "只有 \(operatorName) 可以放款：\(command)")
    }
    if areEverybody {
      return say(
        "\(list(who)) can release it if all of them sign, or \(operatorName): \(command)",
        "\(list(who)) 全体签字，或 \(operatorName) 签字，即可放款：\(command)")
    }
    return say(
      "\(operatorName) can release it; \(list(who)), if all of them sign, only what lies under the keys of accounts: \(command)",
      "\(operatorName) 可以放款；\(list(who)) 全体签字，只可就各账户名下的款项放款：\(command)")
  }

  package func releases(_ who: [String], agreement number: Int) -> String {
    say("Agreement \(number) is released on the word of \(list(who)).", "协议 \(number) 由 \(list(who)) 签字放款。")
  }

  /// What time alone does to an agreement.
  package var ifSilent: String { say("if nobody does anything any more:", "若从此无人操作：") }

  /// Heads the list of dates by which it is over with one party silent and all others doing as they like.
  package var ifOneIsSilent: String {
    say("over at the latest, if one party is silent and whatever the others do:", "若只有一方不再操作，不论其他各方怎么做，最迟结束于：")
  }

  package var canBePutOff: String { say("no date: others can put it off again and again", "没有日期：其他方可以一再拖延") }

  package var isNotKnownYet: String { say("no date yet: it depends on what is computed on the way", "尚无日期：取决于途中计算的结果") }

  package func notAdmitted(_ sentence: String) -> String { say("Not admitted: \(sentence)", "未受理：\(sentence)") }
}
