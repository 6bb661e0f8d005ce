// Sentences for people, in English and in Chinese: amounts, dates, refusals, what became of an action. Names are given as they should stand.

package import Interface
package import Primitives

package enum Language: String, CaseIterable, Sendable {
  case english = "en"
  case chinese = "zh"
}

package struct Wording: Sendable {
  package let language: Language

  package init(_ language: Language) { self.language = language }

  private func say(_ english: String, _ chinese: String) -> String {
    switch language {
    case .english: english
    case .chinese: chinese
    }
  }

  // MARK: Values

  /// Units of a currency with its decimals: `1,234.50 CNY`. A gain may be negative.
  package func amount(_ units: Integer, _ currency: Currency) -> String {
    let digits = String((units.sign < 0 ? -units : units).description)
    let padded = String(repeating: "0", count: max(0, currency.decimals + 1 - digits.utf8.count)) + digits
    let whole = grouped(String(padded.dropLast(currency.decimals)))
    let fraction = currency.decimals > 0 ? "." + padded.suffix(currency.decimals) : ""
    let number = (units.sign < 0 ? "-" : "") + whole + fraction
    return say("\(number) \(currency.code)", number + currency.chineseName)
  }

  package func amount(_ sum: CurrencyAmount) -> String { amount(Integer(sum.amount.units), sum.currency) }

  /// Thousands apart.
  package func grouped(_ digits: String) -> String {
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0 && (digits.utf8.count - index) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return result
  }

  /// Date and time in UTC, to the minute where nothing finer matters: `2026-01-08 00:00`.
  package func time(_ time: Time) -> String {
    let text = time.description.replacing("T", with: " ").dropLast()
    return String(time.milliseconds % 60_000 == 0 ? text.dropLast(3) : text)
  }

  /// In the largest unit that divides it.
  package func duration(_ duration: Duration) -> String {
    let units: [(Int64, String, String)] = [
      (86_400_000, "day", "天"), (3_600_000, "hour", "小时"), (60_000, "minute", "分钟"), (1000, "second", "秒"),
    ]
    for (size, english, chinese) in units where duration.milliseconds > 0 && duration.milliseconds % size == 0 {
      let count = duration.milliseconds / size
      return say("\(count) \(english)\(count == 1 ? "" : "s")", "\(count)\(chinese)")
    }
    return say("\(duration.milliseconds) ms", "\(duration.milliseconds)毫秒")
  }

  /// As the source writes it: `33.5%`. What has no short decimal form stands as a fraction.
  package func percent(_ percent: Percent) -> String {
    let denominator = Integer(percent.denominator)
    var scaled = Integer(percent.numerator) * Integer(100)
    for decimals in 0...6 {
      if scaled.modulo(denominator)?.sign == 0, let units = scaled.divided(by: denominator, rounded: .down) {
        let digits = units.description
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.utf8.count)) + digits
        return decimals == 0 ? "\(padded)%" : "\(padded.dropLast(decimals)).\(padded.suffix(decimals))%"
      }
      scaled = scaled * Integer(10)
    }
    return "\(percent.numerator)/\(percent.denominator)"
  }

  package func value(_ value: Value, _ type: ValueType, currencies: [Currency]) -> String {
    switch (value, type) {
    case (.amount(let amount), .amount(let currency)): self.amount(CurrencyAmount(amount, currencies[currency]))
    case (.bool(let truth), _): truth ? say("true", "是") : say("false", "否")
    case (.int(let integer), _): integer.description
    case (.percent(let percent), _): self.percent(percent)
    case (.duration(let duration), _): self.duration(duration)
    case (.text(let bytes), _): "“\(Characters.shown(String(decoding: bytes, as: UTF8.self), quoted: true))”"
    case (.amount(let amount), _): Integer(amount.units).description
    }
  }

  /// `a, b and c`
  package func list(_ names: [String]) -> String {
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return say(names.dropLast().joined(separator: ", ") + " and " + last, names.dropLast().joined(separator: "、") + " 和 " + last)
  }

  // MARK: What happened

  package func opened(_ contract: String, parties: [(role: String, name: String)], state: String) -> String {
    let who = parties.map { say("\($0.role) \($0.name)", "\($0.role) \($0.name)") }
    return say("\(contract) is opened: \(list(who)). It is \(state).", "\(contract) 合约开立：\(list(who))。状态为 \(state)。")
  }

  private func call(_ action: String, _ arguments: [String]) -> String { "\(action)(\(arguments.joined(separator: ", ")))" }

  package func takes(_ who: String, _ action: String, _ arguments: [String]) -> String {
    let call = call(action, arguments)
    return say("\(who) takes \(call).", "\(who) 执行 \(call)。")
  }

  package func agrees(_ who: String, _ action: String, _ arguments: [String], have: Int, needed: Int) -> String {
    let call = call(action, arguments)
    return say("\(who) agrees to \(call): \(have) of \(needed) so far.", "\(who) 同意 \(call)：已有 \(have) 方，共需 \(needed) 方。")
  }

  package func deadline(of state: String) -> String { say("The deadline of \(state) is due.", "\(state) 的期限已到，自动执行。") }

  package func suspended(_ state: String, _ failure: Failure) -> String {
    say(
      "The deadline of \(state) failed (\(failure.name)), against all that was proved: it is undone, and the agreement stands still.",
      "\(state) 的期限执行失败（\(failure.name)），这本不应发生：已撤销，协议就此停住。")
  }

  package func deposits(_ who: String, _ sum: CurrencyAmount, into place: String) -> String {
    say("\(who) puts \(amount(sum)) into \(place).", "\(who) 将 \(amount(sum)) 存入 \(place)。")
  }

  package func pays(_ sum: CurrencyAmount, from source: String, to target: String) -> String {
    say("\(amount(sum)) goes from \(source) to \(target).", "\(amount(sum)) 由 \(source) 付给 \(target)。")
  }

  package func records(_ event: String, _ values: [(name: String, value: String)]) -> String {
    let fields = values.map { say("\($0.name) \($0.value)", "\($0.name)：\($0.value)") }.joined(separator: say(", ", "，"))
    return say("Recorded: \(event)\(fields.isEmpty ? "" : ", " + fields).", "记录事件 \(event)\(fields.isEmpty ? "" : "，" + fields)。")
  }

  package func enters(_ source: String, _ target: String) -> String { say("\(source) → \(target)", "\(source) → \(target)") }

  package func timePasses(_ duration: Duration) -> String { say("Time passes: \(self.duration(duration)).", "时间过去 \(self.duration(duration))。") }

  // MARK: A ledger

  package func inAgreement(_ number: Int, _ sentence: String) -> String { say("Agreement \(number): \(sentence)", "协议 \(number)：\(sentence)") }

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
  package func credit(_ credit: UInt64) -> String { say("\(grouped(String(credit))) credit", "\(grouped(String(credit))) 燃料点") }

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

  package func pays(_ who: String, credit: UInt64) -> String { say("\(who) pays \(self.credit(credit))", "\(who) 支付 \(self.credit(credit))") }

  package func isSignedBy(_ names: [String]) -> String { say("Sign as \(list(names))?", "以 \(list(names)) 的名义签字吗？") }

  package func isNow(_ time: Time) -> String { say("It is \(self.time(time)) UTC.", "现在是 \(self.time(time))（UTC）。") }

  package func mustConsent(_ who: [String], agreement: Int) -> String {
    say(
      "Before money comes in, \(list(who)) must consent: earnest consent \(agreement) --as NAME",
      "收款之前，\(list(who)) 须同意：earnest consent \(agreement) --as NAME")
  }

  package func vault(_ vault: String, ofAgreement number: Int) -> String { say("\(vault) of agreement \(number)", "协议 \(number) 的 \(vault)") }

  // What is to be seen of an agreement.

  package func agreement(_ number: Int, _ contract: String, _ state: String, since time: Time) -> String {
    say("Agreement \(number)  \(contract)  \(state) since \(self.time(time)) UTC", "协议 \(number)  \(contract)  \(state)，自 \(self.time(time))（UTC）起")
  }

  package func field(_ name: String, _ value: String) -> String { say("\(name): \(value)", "\(name)：\(value)") }

  package var hasNotConsented: String { say("has not consented", "尚未同意") }

  package func vault(_ name: String, holding sum: CurrencyAmount) -> String { say("vault \(name): \(amount(sum))", "金库 \(name)：\(amount(sum))") }

  package func hasAgreed(_ party: String, _ action: String) -> String { say("\(party) has agreed to \(action)", "\(party) 已同意 \(action)") }

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

  package var waitsForConsents: String { say("no money comes in before every party that may act has consented", "全体可操作的当事方同意之前，不收任何款项") }

  package var standsStill: String {
    say("stands still: a deadline failed against all that was proved", "已停住：到期事项执行失败，这本不应发生")
  }

  /// What time alone does to an agreement.
  package var ifSilent: String { say("if nobody does anything any more:", "若从此无人操作：") }

  package func notAdmitted(_ sentence: String) -> String { say("Not admitted: \(sentence)", "未受理：\(sentence)") }

  // MARK: Refusals

  package func refused(_ failure: Failure, because sentence: String) -> String {
    say("Refused (\(failure.name)): \(sentence)", "被拒绝（\(failure.name)）：\(sentence)")
  }

  /// What a refused party is told.
  package struct Attempt: Sendable {
    package let who: String
    package let action: String
    package let state: String
    /// The state that a deadline ended, and when.
    package let endedBy: (state: String, due: Time)?

    package init(who: String, action: String, state: String, endedBy: (state: String, due: Time)?) {
      self.who = who
      self.action = action
      self.state = state
      self.endedBy = endedBy
    }
  }

  package func sentence(_ failure: Failure, _ attempt: Attempt) -> String {
    switch failure {
    case .refused(let refusal): sentence(refusal, attempt)
    case .trapped(let trap): sentence(trap, attempt.action)
    }
  }

  private func sentence(_ refusal: Refusal, _ attempt: Attempt) -> String {
    let (who, action, state) = (attempt.who, attempt.action, attempt.state)
    switch refusal {
    case .module: return say("The module is not published, or is none that the ledger takes.", "模块尚未发布，或不被账本接受。")
    case .agreement: return say("There is no such agreement.", "没有这个协议。")
    case .visit where state.isEmpty: return say("The agreement has moved on since \(who) looked.", "\(who) 查看之后协议已有变动。")
    case .visit: return say("The agreement has moved on since \(who) looked: it is \(state) now.", "\(who) 查看之后协议已有变动：现在是 \(state)。")
    case .consent:
      return say(
        "Not every party that may act has consented to the agreement, or the consent is to something else.",
        "还有须同意的当事方未同意本协议，或所同意的内容不符。")
    case .credit: return say("\(who) has less credit than that.", "\(who) 的燃料点不足。")
    case .terms: return say("The terms break a condition of the contract.", "条款不符合合约规定的条件。")
    case .state where state.isEmpty: return say("\(action) is not offered in the agreement's state.", "协议当前的状态不提供 \(action)。")
    case .state:
      guard let (ended, due) = attempt.endedBy else {
        return say("\(action) is not offered in the state \(state).", "当前状态 \(state) 不提供 \(action)。")
      }
      return say(
        "\(action) is not offered in the state \(state): the deadline of \(ended) was \(self.time(due)).",
        "当前状态 \(state) 不提供 \(action)：\(ended) 的期限是 \(self.time(due))，已过。")
    case .argument: return say("An argument of \(action) is missing or outside its range.", "\(action) 的参数缺失或超出范围。")
    case .authority: return say("\(who) is not among those who may \(action).", "\(who) 无权执行 \(action)。")
    case .guardUnmet: return say("A condition of \(action) does not hold.", "\(action) 的条件不满足。")
    case .amount: return say("\(who) lets go another amount than \(action) asks for.", "\(who) 付出的金额与 \(action) 要求的不符。")
    case .funds: return say("\(who) has less money than this takes.", "\(who) 的余额不足以执行 \(action)。")
    case .invariant: return say("\(action) would break what the contract promises to keep.", "\(action) 会破坏合约保证的不变条件。")
    }
  }

  /// Why an entry had no effect.
  package func sentence(_ reason: Inadmissible) -> String {
    switch reason {
    case .malformed: say("The bytes are no transaction.", "这些字节不是一笔交易。")
    case .protocolNumber: say("The transaction was made for another protocol.", "交易的规则版本不符。")
    case .chain: say("The transaction was made for another ledger.", "交易属于另一个账本。")
    case .key: say("The signatures are not those of the accounts that the transaction names.", "签名的密钥不属于交易所列的账户。")
    case .signature: say("A signature does not verify.", "签名验证失败。")
    case .expired: say("The transaction was valid until a time that has passed.", "交易已过有效期。")
    case .horizon: say("The transaction would be valid for more than 24 hours.", "交易的有效期超过24小时。")
    case .nonce: say("The transaction's nonce is not the sender's next one.", "交易序号不是发送方的下一个序号。")
    case .reference: say("The sender has used this reference before.", "发送方已用过这个编号。")
    case .gasLimit: say("The gas limit is too low for the transaction's bytes and signatures, or higher than allowed.", "gas 上限过低或超出允许范围。")
    case .credit: say("The sender has not the credit to pay the gas limit.", "发送方的燃料点不足以支付 gas 上限。")
    case .behind: say("Deadlines are due that come first; the transaction may be sent again.", "有到期事项须先执行，请稍后重发。")
    }
  }

  private func sentence(_ trap: Trap, _ action: String) -> String {
    switch trap {
    case .range: say("A value in \(action) leaves its range.", "\(action) 中有数值超出范围。")
    case .negative: say("A difference in \(action) would be below zero.", "\(action) 中的差会小于零。")
    case .division: say("\(action) divides by zero.", "\(action) 中除数为零。")
    case .share: say("The shares in \(action) are more than the vault holds.", "\(action) 的分配超过了所存金额。")
    case .gas: say("\(action) uses more gas than it was given.", "\(action) 用尽了 gas。")
    }
  }
}
