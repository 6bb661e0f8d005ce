package import Interface

/// What is wrong with a module, for whoever made it.
extension Wording {
  /// Why a module was not published.
  package func notTaken(_ flaw: ModuleFlaw, in interface: ContractInterface?) -> String {
    let (clause, number) = (
      clause(flaw, in: interface), say("\(flaw.kind.rawValue), ", "\(flaw.kind.rawValue)，") + "\(flaw.kind)"
    )
    return say(
      "The ledger does not take this module: \(clause) [flaw \(number)].", "账本不接受这个模块：\(clause)［不合格项 \(number)］。")
  }

  /// The flaw and where it lies, as a part of a sentence. With the module's interface names stand
  /// behind numbers; only one that was verified has names to show.
  package func clause(_ flaw: ModuleFlaw, in interface: ContractInterface?) -> String {
    let place = place(flaw.place, interface)
    let gas =
      flaw.gas.map { $0 >= UInt64(Int.max) ? say("more gas than can be counted", "多到无法计数的 gas") : self.gas($0) } ?? ""
    func fault(_ english: String, _ chinese: String) -> String {
      say(english, chinese) + (flaw.place == .module ? "" : say(" (\(place))", "（\(place)）"))
    }
    return switch flaw.kind {
    case .size: fault("the module is larger than its limit", "模块超过大小上限")
    case .encoding: fault("these bytes are not the canonical encoding of a module", "这些字节不是模块的规范编码")
    case .tooMany: fault("a list is longer than its limit", "有列表超过长度上限")
    case .name:
      fault(
        "a name is too long, stands twice in its list, or holds what no name of the language does",
        "有名称过长、在所属列表中重复，或含有语言不允许的字符")
    case .index: fault("an index names nothing, or indexes do not ascend", "有编号没有所指，或编号没有依次递增")
    case .type: fault("a type cannot stand here", "有类型不能用在此处")
    case .value: fault("a value is not one of its type's", "有值不属于其类型")
    case .states: fault("the initial state is final, or a final state has transitions", "初始状态是终止状态，或终止状态还有转移")
    case .who:
      fault(
        "an action asks for more parties than it names, names one twice, or names what is no party",
        "操作所需人数多于所列当事方、重复列出同一方，或所列不是当事方")
    case .key: fault("a vault has keys that are no words, or more of them than there may be", "金库的键不能存为一个字，或键的数量超出允许范围")
    case .functionCount: fault("there is not exactly one function for each entry", "函数与入口没有一一对应")
    case .registers:
      fault("the registers do not begin with the parameters, or take too many slots", "寄存器没有以参数开头，或占用的槽位过多")
    case .unusedOperand: fault("an operand that means nothing is not 0", "无意义的操作数不为 0")
    case .operand: fault("an operand names no register of its kind", "操作数所指不是该种寄存器")
    case .operandType: fault("the types of the operands do not fit together", "操作数的类型互不相符")
    case .width: fault("a result may be wider than its register", "结果可能宽于所存的寄存器")
    case .unassigned: fault("a register is read before it is written on some way", "有路径在写入寄存器之前读取它")
    case .target: fault("a jump leads backwards, out of the code, or into the middle of a block", "跳转往回、跳出代码，或落在基本块中间")
    case .loop: fault("a loop is not nested properly, or its counter is written inside it", "循环嵌套不当，或在循环内写入其计数")
    case .blockGas: fault("the gas of a block is not the sum of its instructions", "基本块的 gas 不等于其指令之和")
    case .call:
      fault("a call leads to an entry or backwards, or calls lie too deep inside each other", "调用了入口、往回调用，或调用层数过深")
    case .taking:
      fault(
        "what a `match` or `find` found is taken elsewhere than right behind it, or an element outside of its loop",
        "`match` 或 `find` 找到的内容没有紧接着取用，或在循环之外取用元素")
    case .changing:
      fault("a parameter, or what a loop goes through, is changed where it lies or given away", "参数或正在遍历的内容被就地修改或移交")
    case .ending: fault("the code runs out at its end, or can never reach an instruction", "代码在末尾没有结束，或有指令永远执行不到")
    case .effect:
      fault(
        "an effect stands where none may: in a value, or before the deposits are settled", "有作用出现在不允许之处：在求值中，或在存入交割之前")
    case .order: fault("deposits are asked for or settled twice, or settled on one way only", "存入被要求或交割两次，或只在一条路径上交割")
    case .notHere: fault("an instruction cannot stand in a function of this kind", "有指令不能用于这种函数")
    case .answer:
      fault(
        "an answer has no instructions, lies across another, or leads backwards or into another loop",
        "应对不含指令、与另一应对交错，或转往回处或另一循环")
    case .role:
      fault(
        "what follows from the terms is stored elsewhere than when an agreement is opened, or is not given a value then before it is read; "
          + "or a state's parameter is not given one, or is read in another state",
        "派生条款没有在开立时存入，或在别处存入，或在存入之前读取；或状态参数没有给定值，或在别的状态读取")
    case .share:
      fault(
        "a split does not end in `rest` or `evenly`, goes on after it, has a share for nobody, or lies in itself",
        "拆分没有以 `rest` 或 `evenly` 结束、在其后还有份额、有份额无人领取，或包含自身")
    case .stateWithoutDeadline: say("\(place) has no deadline", "\(beforeWord(place))没有期限")
    case .automaticCanFail: fault("what happens by itself can fail", "自动事项可能失败")
    case .endlessCircle: say("the agreement can go round for ever: \(place)", "协议可能无休止地循环：\(place)")
    case .finalStateMayHoldMoney:
      fault("a final state is entered although a vault may still hold money", "进入终止状态时金库可能仍有余款")
    case .gasAboveLimit:
      say("\(place) may use \(gas), which is more than is allowed", "\(beforeWord(place))可能使用 \(gas)，超过允许的上限")
    case .aheadAboveLimit:
      say(
        "leading into \(place) may cost \(gas), what then happens by itself included; no transaction has that much",
        "进入\(beforeWord(place))连同其后的自动事项可能耗费 \(gas)，没有交易付得起")
    }
  }

  /// In Chinese a space parts a number from the word behind it, and nothing a bracket.
  private func beforeWord(_ place: String) -> String { place.hasSuffix("）") ? place : place + " " }

  private func place(_ place: ModuleFlaw.Place, _ interface: ContractInterface?) -> String {
    func named(_ english: String, _ chinese: String, _ index: Int, _ names: [String]?) -> String {
      let number = say("\(english) \(index)", "\(chinese) \(index)")
      guard let names, names.indices.contains(index), !names[index].isEmpty else { return number }
      return number + say(" (\(names[index]))", "（\(names[index])）")
    }
    func state(_ id: StateID) -> String { named("state", "状态", id.index, interface?.states.map(\.name)) }
    func transition(_ id: TransitionID) -> String {
      named("transition", "转移", id.index, interface?.transitions.map { $0.trigger.action ?? "" })
    }
    func function(_ index: Int) -> String {
      let number = say("function \(index)", "函数 \(index)")
      guard let entries = interface?.entries, entries.indices.contains(index) else { return number }
      switch entries[index] {
      case .body(let of), .due(let of):
        return say("\(number) of \(transition(of))", "\(beforeWord(transition(of)))的\(number)")
      case .bound, .opening, .invariant, .view: return number
      }
    }
    func instruction(_ index: Int) -> String { say("instruction \(index)", "指令 \(index)") }
    let comma = say(", ", "，")
    switch place {
    case .module: return say("the module", "模块")
    case .function(let index): return function(index)
    case .instruction(let index, let of): return [function(of), instruction(index)].joined(separator: comma)
    case .state(let index): return state(index)
    case .circle(let states): return (states + states.prefix(1)).map(state).joined(separator: " → ")
    case .entering(let index, let at, let vault):
      return [transition(index), instruction(at), named("vault", "金库", vault.index, interface?.vaults.map(\.name))]
        .joined(
          separator: comma)
    }
  }
}

extension ContractInterface.Trigger {
  fileprivate var action: String? { if case .action(let name, _, _) = self { name } else { nil } }
}
