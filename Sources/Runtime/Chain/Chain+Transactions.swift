// What a transaction does: one function for each instruction, each charging the meter before it works.

import Assurance
import Interface
import Ledger
import Primitives

/// What a transaction may still use, and what it has used.
struct Meter {
  let limit: UInt64
  /// Done and gone.
  private(set) var work: UInt64 = 0
  /// Put into pots.
  private(set) var prepaid: UInt64 = 0

  init(limit: UInt64) { self.limit = limit }

  /// No contract's call uses more than a number of this size.
  var left: Int { Int(clamping: limit - work - prepaid) }

  mutating func charge(_ gas: Int) throws(Failed) {
    guard gas <= left else {
      work = limit - prepaid
      throw Failed(.trapped(.gas))
    }
    work += UInt64(gas)
  }

  mutating func prepay(_ gas: Int) throws(Failed) {
    guard gas <= left else {
      work = limit - prepaid
      throw Failed(.trapped(.gas))
    }
    prepaid += UInt64(gas)
  }

  /// The transaction failed: what it put into pots was taken out again.
  mutating func undoPrepaid() { prepaid = 0 }
}

/// An instruction that failed, with what tells more of it: the step of the agreement that refused
/// it, or the flaw of a module.
struct Failed: Error {
  let failure: Failure
  let deed: Deed?

  init(_ failure: Failure, _ deed: Deed? = nil) {
    self.failure = failure
    self.deed = deed
  }

  init(_ refusal: Refusal) { self.init(.refused(refusal)) }
}

extension Chain {
  // MARK: Transactions

  /// Applies an admissible transaction of so many bytes, signatures included. The limit is set
  /// aside before and what was not used comes back at the end; a rehearsal, whose limit is only a
  /// bound, sets nothing aside.
  func apply(_ transaction: Transaction, id: Digest, size: Int, isRehearsal: Bool = false) -> Receipt {
    let beginning = state.mark
    // Signers are there whatever becomes of the rest, so that the receipt can name them.
    let signers = transaction.signers.map(rowOrNew)
    let sender = signers[0]
    state.setNonce(sender, transaction.nonce + 1)
    let reserved = isRehearsal ? 0 : transaction.gasLimit * genesis.gasPrice
    state.setCredit(sender, state.account(sender).credit - reserved)

    let mark = state.mark
    var meter = Meter(limit: transaction.gasLimit)
    var deeds: [Deed] = []
    var verdict = Receipt.Verdict.done
    do throws(Failed) {
      try meter.charge(Int(clamping: baseGas(transaction, size: size)))
    } catch {
      preconditionFailure(
        "an admissible transaction's limit covers what it costs to be looked at, or it is not admitted")
    }
    for (index, instruction) in transaction.instructions.enumerated() {
      do throws(Failed) {
        deeds.append(try perform(instruction, of: transaction, signers, &meter))
      } catch {
        state.rollBack(to: mark)
        meter.undoPrepaid()
        verdict = .failed(instruction: index, error.failure)
        deeds = error.deed.map { [$0] } ?? []
        // A step of an agreement that this transaction opened names what is no longer there.
        if case .stepped(let step)? = error.deed, let agreement = step.agreement,
          agreement.index >= state.agreements.count
        {
          deeds = []
        }
        break
      }
    }
    // Only what was done keeps others from bearing its name.
    if verdict == .done, let reference = transaction.reference {
      state.addReference(Chain.reference(reference, of: transaction.sender), of: id)
    }
    let used = (meter.work + meter.prepaid) * genesis.gasPrice
    let credit = UInt128(state.account(sender).credit) + UInt128(reserved)
    guard let rest = UInt64(exactly: credit < UInt128(used) ? .max : credit - UInt128(used)) else {
      precondition(isRehearsal, "a limit that was set aside covers what was used")
      state.rollBack(to: beginning)
      return Receipt(origin: .transaction(id), time: state.time, verdict: .inadmissible(.credit), gas: 0, deeds: [])
    }
    state.setCredit(sender, rest)
    state.spend(meter.work * genesis.gasPrice)
    return Receipt(origin: .transaction(id), time: state.time, verdict: verdict, gas: meter.work, deeds: deeds)
  }

  private func rowOrNew(_ id: AccountID) -> AccountRow { state.row(of: id) ?? state.addAccount(id) }

  func row(_ id: AccountID, _ meter: inout Meter) throws(Failed) -> AccountRow {
    if let row = state.row(of: id) { return row }
    try meter.charge(schedule.row)
    return state.addAccount(id)
  }

  private func perform(
    _ instruction: Transaction.Instruction, of transaction: Transaction, _ signers: [AccountRow], _ meter: inout Meter
  ) throws(Failed) -> Deed {
    let (sender, signer) = (signers[0], signers[instruction.signer])
    switch instruction {
    case .publish(let module): return try publish(module, &meter)
    case .open(let opening, _): return try open(opening, by: transaction.signers, payer: sender, &meter)
    case .consent(let number, let subject, _): return try consent(to: number, subject, by: signer, &meter)
    case .act(let call, _): return try act(call, by: signer, payer: sender, &meter)
    case .transfer(let to, let sum, _): return try transfer(sum, from: signer, to: to, &meter)
    case .grant(let to, let credit, _): return try grant(credit, from: signer, to: to, &meter)
    case .advance(let until, _):
      try meter.charge(schedule.transfer)
      guard state.account(signer).id == genesis.operatorAccount else { throw Failed(.authority) }
      state.setStampUntil(max(until, state.stampUntil))
      return .advanced(until: until)
    case .release(let release): return try self.release(release, by: signers, &meter)
    }
  }

  private func publish(_ bytes: [UInt8], _ meter: inout Meter) throws(Failed) -> Deed {
    try meter.charge(schedule.moduleByte * bytes.count)
    let id = Digest(sha256: bytes)
    if state.moduleRow(id) != nil { return .published(module: id, isNew: false) }
    let module: AssuredModule
    do throws(ModuleFlaw) { module = try Chain.assured(bytes) } catch {
      throw Failed(.refused(.module), .flawed(error))
    }
    try meter.charge(schedule.row)
    take(module, after: state.modules.count)
    state.publish(id, bytes: bytes)
    return .published(module: id, isNew: true)
  }

  private func open(
    _ opening: Transaction.Opening, by signers: [AccountID], payer: AccountRow, _ meter: inout Meter
  ) throws(Failed) -> Deed {
    try meter.charge(schedule.opening)
    guard let contract = state.moduleRow(opening.module) else { throw Failed(.module) }
    guard opening.parties.count == runtime.interface(ofContract: contract).parties.count else {
      throw Failed(.argument)
    }
    var parties: [AccountRow] = []
    for party in opening.parties { parties.append(try row(party, &meter)) }
    let consents = opening.parties.enumerated().reduce(UInt16(0)) {
      signers.contains($1.element) ? $0 | 1 << UInt16($1.offset) : $0
    }
    var step = runtime.open(
      .init(
        contract: contract, currencies: opening.currencies, parties: parties, terms: opening.terms,
        summary: opening.summary, consents: consents),
      gas: meter.left)
    try meter.charge(Int(clamping: step.gas))
    guard let number = step.agreement else { throw failed(step) }
    try settlePot(&step, number, payer: payer, &meter)
    return .stepped(step)
  }

  private func failed(_ step: Step) -> Failed {
    guard case .refused(let failure) = step.outcome else {
      preconditionFailure("a step that did not happen was refused")
    }
    return Failed(failure, .stepped(step))
  }

  func agreement(_ number: AgreementNumber) throws(Failed) -> Agreement {
    guard number.index < state.agreements.count else { throw Failed(.agreement) }
    return state.agreements[number.index]
  }

  private func consent(to number: AgreementNumber, _ subject: Digest, by signer: AccountRow, _ meter: inout Meter)
    throws(Failed) -> Deed
  {
    try meter.charge(schedule.consent)
    let agreement = try agreement(number)
    let own = agreement.parties.enumerated().reduce(UInt16(0)) {
      $1.element == signer ? $0 | 1 << UInt16($1.offset) : $0
    }
    guard own != 0 else { throw Failed(.authority) }
    guard subject == self.subject(of: number) else { throw Failed(.consent) }
    state.setConsents(number, agreement.consents | own)
    return .consented(number, by: signer)
  }

  private func act(_ call: Transaction.Call, by signer: AccountRow, payer: AccountRow, _ meter: inout Meter)
    throws(Failed) -> Deed
  {
    try meter.charge(schedule.action)
    _ = try agreement(call.agreement)
    var step = runtime.take(
      call.action, by: signer, on: call.agreement, visit: call.visit, arguments: call.arguments, letGo: call.letGo,
      gas: meter.left)
    try meter.charge(Int(clamping: step.gas))
    if step.isRefused { throw failed(step) }
    // It is kept until the agreement leaves its state, and where a parameter names who may act, anybody may agree.
    if case .approved = step.outcome { try meter.charge(schedule.row) }
    try settlePot(&step, call.agreement, payer: payer, &meter)
    return .stepped(step)
  }

  private func transfer(_ sum: CurrencyAmount, from signer: AccountRow, to id: AccountID, _ meter: inout Meter)
    throws(Failed) -> Deed
  {
    try meter.charge(schedule.transfer)
    guard sum.amount > .zero else { throw Failed(.argument) }
    let payee = try row(id, &meter)
    if !state.hasBalance(payee, sum.currency) { try meter.charge(schedule.row) }
    guard state.debit(signer, sum.currency, sum.amount) else { throw Failed(.funds) }
    state.credit(payee, sum.currency, sum.amount)
    return .transferred(Move(from: .account(signer), to: .account(payee), sum: sum))
  }

  private func grant(_ credit: UInt64, from signer: AccountRow, to id: AccountID, _ meter: inout Meter) throws(Failed)
    -> Deed
  {
    try meter.charge(schedule.transfer)
    let receiver = try row(id, &meter)
    let held = state.account(signer).credit
    guard credit <= held else { throw Failed(.credit) }
    state.setCredit(signer, held - credit)
    state.setCredit(receiver, state.account(receiver).credit + credit)
    return .granted(from: signer, to: receiver, credit: credit)
  }

  /// After an opening or an action: the pot gets what it lacks, or gives back what is left at the end.
  private func settlePot(_ step: inout Step, _ number: AgreementNumber, payer: AccountRow, _ meter: inout Meter)
    throws(Failed)
  {
    if isFinal(number) {
      step.returned = returnPot(of: number)
      return
    }
    let agreement = state.agreements[number.index]
    let needed = UInt64(ahead(of: number))
    let held = agreement.pot.reduce(0) { $0 + $1.gas }
    guard held < needed else { return }
    try meter.prepay(Int(needed - held))
    step.prepaid = needed - held
    var pot = agreement.pot
    if let last = pot.last, last.payer == payer {
      pot[pot.count - 1] = PotShare(payer: payer, gas: last.gas + step.prepaid)
    } else {
      pot.append(PotShare(payer: payer, gas: step.prepaid))
    }
    state.setPot(number, pot)
  }
}
