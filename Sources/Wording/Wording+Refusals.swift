package import Interface
package import Primitives

/// Sentences about what did not happen, and why.
extension Wording {
  package func refused(_ failure: Failure, because sentence: String) -> String {
    say("Refused (\(failure.name)): \(sentence)", "被拒绝（\(failure.name)）：\(sentence)")
  }

  /// What a refused party is told.
  package struct Attempt: Sendable {
    package let who: String
    package let action: String
    package let state: String
    package let endedBy: Ended?
    /// Whose deposit was refused, if not that of whoever acts.
    package let payer: String?

    package init(who: String, action: String, state: String, endedBy: Ended?, payer: String? = nil) {
      self.who = who
      self.action = action
      self.state = state
      self.endedBy = endedBy
      self.payer = payer
    }
  }

  /// A state that ended by itself, and when that was due.
  package struct Ended: Sendable {
    package let state: String
    package let occasion: Occasion
    package let due: Time

    package init(state: String, occasion: Occasion, due: Time) {
      self.state = state
      self.occasion = occasion
      self.due = due
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
    case .visit:
      return say(
        "The agreement has moved on since \(who) looked: it is \(state) now.", "\(who) 查看之后协议已有变动：现在是 \(state)。")
    case .consent:
      return say(
        "Not every party that may act has consented to the agreement, or the consent is to something else.",
        "还有须同意的当事方未同意本协议，或所同意的内容不符。")
    case .credit: return say("\(who) has less credit than that.", "\(who) 的燃料点不足。")
    case .terms: return say("The terms break a condition of the contract.", "条款不符合合约规定的条件。")
    case .state where state.isEmpty:
      return say("\(action) is not offered in the agreement's state.", "协议当前的状态不提供 \(action)。")
    case .state:
      guard let ended = attempt.endedBy else {
        return say("\(action) is not offered in the state \(state).", "当前状态 \(state) 不提供 \(action)。")
      }
      let due = time(ended.due)
      // What is due at this very moment comes before any action.
      let here = ended.state.utf8.elementsEqual(state.utf8)
      switch ended.occasion {
      case .deadline:
        return here
          ? say("\(action) comes too late: the deadline of \(state) is \(due).", "\(action) 已迟：\(state) 的期限是 \(due)。")
          : say(
            "\(action) is not offered in the state \(state): the deadline of \(ended.state) was \(due).",
            "当前状态 \(state) 不提供 \(action)：\(ended.state) 的期限是 \(due)，已过。")
      case .condition:
        return here
          ? say(
            "\(action) comes too late: a condition that \(state) waits for holds since \(due).",
            "\(action) 已迟：\(state) 所等待的条件已于 \(due) 成立。")
          : say(
            "\(action) is not offered in the state \(state): \(ended.state) ended at \(due) because its condition held.",
            "当前状态 \(state) 不提供 \(action)：\(ended.state) 的条件已于 \(due) 成立。")
      }
    case .argument: return say("An argument of \(action) is missing or outside its range.", "\(action) 的参数缺失或超出范围。")
    case .authority:
      guard let payer = attempt.payer else {
        return say("\(who) is not among those who may \(action).", "\(who) 无权执行 \(action)。")
      }
      return say(
        "\(payer) is to pay for \(action), and has not approved it.", "\(action) 须由 \(payer) 付款，而 \(payer) 并未同意。")
    case .guardUnmet: return say("A condition of \(action) does not hold.", "\(action) 的条件不满足。")
    case .amount:
      guard let payer = attempt.payer else {
        return say("\(who) lets go another amount than \(action) asks for.", "\(who) 付出的金额与 \(action) 要求的不符。")
      }
      return say(
        "\(payer) lets go another amount than \(action) asks of \(payer).", "\(payer) 承诺付出的金额与 \(action) 要求的不符。")
    case .funds:
      guard let payer = attempt.payer else {
        return say("\(who) has less money than this takes.", "\(who) 的余额不足以执行 \(action)。")
      }
      return say("\(payer) has less money than \(action) asks of \(payer).", "\(payer) 的余额不足以支付 \(action)。")
    case .invariant: return say("\(action) would break what the contract promises to keep.", "\(action) 会破坏合约保证的不变条件。")
    }
  }

  /// Why a suspended agreement was not released; nil where it is what anybody else would be told.
  package func sentence(ofRelease failure: Failure) -> String? {
    switch failure {
    case .refused(.state): say("The agreement is not suspended, or has been released before.", "协议并未停住，或此前已放款。")
    case .refused(.argument):
      say("The release names a vault that there is not, or no key of one that has keys.", "放款所列的金库不存在，或未列明分户金库的键。")
    case .refused(.authority): say("Nobody who signed has a say in this release.", "签字者均无权对该协议放款。")
    case .refused(.consent): say("Not everybody who has a say in this release has signed.", "须为此次放款签字的各方尚未全部签字。")
    case .refused(.amount): say("What is paid out is not exactly what the agreement holds.", "付出的金额与协议所存的不完全相符。")
    case .refused, .trapped: nil
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
    case .gasLimit:
      say(
        "The gas limit is too low for the transaction's bytes and signatures, or higher than allowed.",
        "gas 上限过低或超出允许范围。")
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
    case .index: say("\(action) looks for an element beyond the end of a list.", "\(action) 所取的元素超出了列表。")
    case .counter: say("\(action) raises a counter that has reached its end.", "\(action) 所用的计数器已到上限。")
    case .full: say("\(action) puts money under one key more than a vault takes.", "\(action) 存入的金库已无空位。")
    }
  }
}
