// Sentences for people, in English and in Chinese: amounts, dates, refusals, what became of an
// action. Names are given as they should stand.

package import Interface
package import Primitives

package enum Language: String, CaseIterable, Sendable {
  case english = "en"
  case chinese = "zh"
}

package struct Wording: Sendable {
  package let language: Language

  package init(_ language: Language) { self.language = language }

  func say(_ english: String, _ chinese: String) -> String {
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
    Wording.decimals(Integer(percent.numerator) * Integer(100), Integer(percent.denominator), most: 6).map { "\($0)%" }
      ?? "\(percent.numerator)/\(percent.denominator)"
  }

  /// As the source writes it: `7.2345 CNY per USD`. What has no decimal form stands as a fraction.
  package func rate(_ rate: Percent, _ currency: Currency, per other: Currency) -> String {
    // Of minor units both; people reckon in whole ones.
    var (numerator, denominator) = (Integer(rate.numerator), Integer(rate.denominator))
    for _ in 0..<other.decimals { numerator = numerator * Integer(10) }
    for _ in 0..<currency.decimals { denominator = denominator * Integer(10) }
    let number = Wording.decimals(numerator, denominator, most: 20) ?? Wording.fraction(numerator, denominator)
    return say(
      "\(number) \(currency.code) per \(other.code)", "每1\(other.chineseName)合\(number)\(currency.chineseName)")
  }

  /// A fraction in decimal digits, with no more of them than it needs; nil where it would need more than `most`.
  private static func decimals(_ numerator: Integer, _ denominator: Integer, most: Int) -> String? {
    var scaled = numerator
    for decimals in 0...most {
      if scaled.modulo(denominator)?.sign == 0, let units = scaled.divided(by: denominator, rounded: .down) {
        let digits = units.description
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.utf8.count)) + digits
        return decimals == 0 ? padded : "\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
      }
      scaled = scaled * Integer(10)
    }
    return nil
  }

  private static func fraction(_ numerator: Integer, _ denominator: Integer) -> String {
    let divisor = numerator.greatestCommonDivisor(with: denominator)
    guard let over = numerator.divided(by: divisor, rounded: .down),
      let under = denominator.divided(by: divisor, rounded: .down)
    else {
      preconditionFailure("a fraction has a denominator")
    }
    return "\(over)/\(under)"
  }

  /// A value by itself, where nobody has given accounts a name.
  package func value(
    _ value: Value, _ type: ValueType, currencies: [Currency], types: [TypeDefinition] = [],
    account: @escaping (UInt64) -> String = { "#\($0)" }
  ) -> String {
    ValueWording(self, types: types, currencies: currencies, account: account).text(value, type)
  }

  /// `a, b and c`
  package func list(_ names: [String]) -> String {
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return say(
      names.dropLast().joined(separator: ", ") + " and " + last, names.dropLast().joined(separator: "、") + " 和 " + last)
  }

  // MARK: What happened

  package func opened(_ contract: String, parties: [(role: String, name: String)], state: String) -> String {
    let who = parties.map { say("\($0.role) \($0.name)", "\($0.role) \($0.name)") }
    return say("\(contract) is opened: \(list(who)). It is \(state).", "\(contract) 合约开立：\(list(who))。状态为 \(state)。")
  }

  private func call(_ action: String, _ arguments: [String]) -> String {
    "\(action)(\(arguments.joined(separator: ", ")))"
  }

  package func takes(_ who: String, _ action: String, _ arguments: [String]) -> String {
    let call = call(action, arguments)
    return say("\(who) takes \(call).", "\(who) 执行 \(call)。")
  }

  package func agrees(_ who: String, _ action: String, _ arguments: [String], have: Int, needed: Int) -> String {
    let call = call(action, arguments)
    return say(
      "\(who) agrees to \(call): \(have) of \(needed) so far.", "\(who) 同意 \(call)：已有 \(have) 方，共需 \(needed) 方。")
  }

  /// What lets something happen by itself.
  package enum Occasion: Sendable {
    case deadline
    case condition
  }

  package func happens(_ occasion: Occasion, in state: String) -> String {
    switch occasion {
    case .deadline: say("The deadline of \(state) is due.", "\(state) 的期限已到，自动执行。")
    case .condition: say("A condition that \(state) waits for holds.", "\(state) 所等待的条件已成立，自动执行。")
    }
  }

  /// What happens by itself failed, although it was proved that it cannot.
  package func defect(_ state: String, _ occasion: Occasion, _ failure: Failure) -> String {
    switch occasion {
    case .deadline:
      say(
        "Defect (\(failure.name)): the deadline of \(state) failed, against all that was proved. It is undone, and the agreement is suspended.",
        "缺陷（\(failure.name)）：\(state) 的期限执行失败，这本不应发生。已撤销，协议就此停住。")
    case .condition:
      say(
        "Defect (\(failure.name)): what \(state) does when its condition holds failed, against all that was proved. It is undone, and the agreement is suspended.",
        "缺陷（\(failure.name)）：\(state) 的条件成立后执行失败，这本不应发生。已撤销，协议就此停住。")
    }
  }

  /// A deadline left this broken.
  package func defect(invariant text: String) -> String {
    say("Defect: “\(text)” no longer holds, although the contract promises it.", "缺陷：合约所保证的“\(text)”不再成立。")
  }

  package func deposits(_ who: String, _ sum: CurrencyAmount, into place: String) -> String {
    say("\(who) puts \(amount(sum)) into \(place).", "\(who) 将 \(amount(sum)) 存入 \(place)。")
  }

  package func pays(_ sum: CurrencyAmount, from source: String, to target: String) -> String {
    say("\(amount(sum)) goes from \(source) to \(target).", "\(amount(sum)) 由 \(source) 付给 \(target)。")
  }

  package func records(_ event: String, _ values: [(name: String, value: String)]) -> String {
    let fields = values.map { say("\($0.name) \($0.value)", "\($0.name)：\($0.value)") }.joined(
      separator: say(", ", "，"))
    return say(
      "Recorded: \(event)\(fields.isEmpty ? "" : ", " + fields).", "记录事件 \(event)\(fields.isEmpty ? "" : "，" + fields)。"
    )
  }

  package func enters(_ source: String, _ target: String) -> String {
    say("\(source) → \(target)", "\(source) → \(target)")
  }

  package func timePasses(_ duration: Duration) -> String {
    say("Time passes: \(self.duration(duration)).", "时间过去 \(self.duration(duration))。")
  }
}
