// The operations of a transaction: the table of their numbers, and every switch over them. What one
// operation says and results in has a file of its own beside this one; its execution has a file of
// the same name in Runtime.

package import Interface
package import Primitives

extension Transaction {
  /// `signer` says which of the transaction's signers asks, by place: 0 is the sender.
  package enum Operation: Hashable, Sendable {
    case publish(Publication)
    case open(Opening, signer: Int)
    case consent(Consent, signer: Int)
    case act(Call, signer: Int)
    case transfer(Transfer, signer: Int)
    case grant(Grant, signer: Int)
    case advance(Advance, signer: Int)
    /// Everybody who has a say signs the transaction, or whom the genesis names.
    case release(Release)
  }
}

extension Transaction.Operation {
  /// What begins an operation's bytes. No number is ever used again.
  package enum Code: UInt8, CaseIterable, Sendable {
    case publish = 0
    case open = 1
    case consent = 2
    case act = 3
    case transfer = 4
    case grant = 5
    case advance = 6
    case release = 7
  }

  private var head: (code: Code, signer: Int?) {
    switch self {
    case .publish: (.publish, nil)
    case .open(_, let signer): (.open, signer)
    case .consent(_, let signer): (.consent, signer)
    case .act(_, let signer): (.act, signer)
    case .transfer(_, let signer): (.transfer, signer)
    case .grant(_, let signer): (.grant, signer)
    case .advance(_, let signer): (.advance, signer)
    case .release: (.release, nil)
    }
  }

  package var code: Code { head.code }

  /// The sender where nobody asks in particular.
  package var signer: Int { head.signer ?? 0 }

  /// Fee credit that the operation takes from its signer, beside gas.
  package var creditGiven: UInt64 {
    switch self {
    case .grant(let grant, _): grant.credit
    case .publish, .open, .consent, .act, .transfer, .advance, .release: 0
    }
  }

  package func perform<E: OperationExecutor>(by executor: inout E) throws(OperationFailure) -> OperationResult {
    switch self {
    case .publish(let publication): try executor.perform(publication)
    case .open(let opening, let signer): try executor.perform(opening, by: signer)
    case .consent(let consent, let signer): try executor.perform(consent, by: signer)
    case .act(let call, let signer): try executor.perform(call, by: signer)
    case .transfer(let transfer, let signer): try executor.perform(transfer, by: signer)
    case .grant(let grant, let signer): try executor.perform(grant, by: signer)
    case .advance(let advance, let signer): try executor.perform(advance, by: signer)
    case .release(let release): try executor.perform(release)
    }
  }
}

/// What carries operations out.
package protocol OperationExecutor {
  mutating func perform(_ publication: Transaction.Publication) throws(OperationFailure) -> OperationResult
  mutating func perform(_ opening: Transaction.Opening, by signer: Int) throws(OperationFailure) -> OperationResult
  mutating func perform(_ consent: Transaction.Consent, by signer: Int) throws(OperationFailure) -> OperationResult
  mutating func perform(_ call: Transaction.Call, by signer: Int) throws(OperationFailure) -> OperationResult
  mutating func perform(_ transfer: Transaction.Transfer, by signer: Int) throws(OperationFailure) -> OperationResult
  mutating func perform(_ grant: Transaction.Grant, by signer: Int) throws(OperationFailure) -> OperationResult
  mutating func perform(_ advance: Transaction.Advance, by signer: Int) throws(OperationFailure) -> OperationResult
  mutating func perform(_ release: Transaction.Release) throws(OperationFailure) -> OperationResult
}

/// What an operation did.
package enum OperationResult: Hashable, Sendable {
  case published(Transaction.Publication.Result)
  /// Of an opening, of an action, and of what happens by itself.
  case stepped(Step)
  case consented(Transaction.Consent.Result)
  case transferred(Move)
  case granted(Transaction.Grant.Result)
  case advanced(until: Time)
  case released(Transaction.Release.Result)
  /// What was to be published is not taken, and why: the first flaw that was found, so that nobody
  /// makes a receipt long. Only of a failed transaction.
  case flawed(ModuleFlaw)

  /// What begins a result's bytes. No number is ever used again.
  package enum Code: UInt8, CaseIterable, Sendable {
    case published = 0
    case stepped = 1
    case consented = 2
    case transferred = 3
    case granted = 4
    case advanced = 5
    case released = 6
    case flawed = 7
  }

  /// Every movement of money, those of vaults with the agreement they belong to.
  package var moves: [(move: Move, agreement: AgreementNumber?)] {
    switch self {
    case .stepped(let step): step.moves.map { ($0, step.agreement) }
    case .transferred(let move): [(move, nil)]
    case .released(let result): result.moves.map { ($0, result.agreement) }
    case .published, .consented, .granted, .advanced, .flawed: []
    }
  }
}

/// Why an operation failed, with what tells more of it: the step of the agreement that refused it,
/// or the flaw of a module.
package struct OperationFailure: Error {
  package let failure: Failure
  package let result: OperationResult?

  package init(_ failure: Failure, _ result: OperationResult? = nil) {
    self.failure = failure
    self.result = result
  }

  package init(_ refusal: Refusal) { self.init(.refused(refusal)) }
}

// MARK: Encoding

extension Transaction.Operation: Canonical {
  /// The code, the signer where one asks, then what is asked.
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(head.code.rawValue)
    if let signer = head.signer { writer.write(UInt8(signer)) }
    switch self {
    case .publish(let publication): writer.write(publication)
    case .open(let opening, _): writer.write(opening)
    case .consent(let consent, _): writer.write(consent)
    case .act(let call, _): writer.write(call)
    case .transfer(let transfer, _): writer.write(transfer)
    case .grant(let grant, _): writer.write(grant)
    case .advance(let advance, _): writer.write(advance)
    case .release(let release): writer.write(release)
    }
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    guard let code = Code(rawValue: try reader.read(UInt8.self)) else { throw .unknownCase }
    func signed<P: Canonical>(_ operation: (P, Int) -> Self) throws(CanonicalFault) -> Self {
      let signer = Int(try reader.read(UInt8.self))
      return operation(try reader.read(P.self), signer)
    }
    switch code {
    case .publish: self = .publish(try reader.read(Transaction.Publication.self))
    case .open: self = try signed(Self.open(_:signer:))
    case .consent: self = try signed(Self.consent(_:signer:))
    case .act: self = try signed(Self.act(_:signer:))
    case .transfer: self = try signed(Self.transfer(_:signer:))
    case .grant: self = try signed(Self.grant(_:signer:))
    case .advance: self = try signed(Self.advance(_:signer:))
    case .release: self = .release(try reader.read(Transaction.Release.self))
    }
  }
}

extension OperationResult: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    func write<P: Canonical>(_ code: Code, _ result: P) {
      writer.write(code.rawValue)
      writer.write(result)
    }
    switch self {
    case .published(let result): write(.published, result)
    case .stepped(let step): write(.stepped, step)
    case .consented(let result): write(.consented, result)
    case .transferred(let move): write(.transferred, move)
    case .granted(let result): write(.granted, result)
    case .advanced(let until): write(.advanced, until)
    case .released(let result): write(.released, result)
    case .flawed(let flaw): write(.flawed, flaw)
    }
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    guard let code = Code(rawValue: try reader.read(UInt8.self)) else { throw .unknownCase }
    switch code {
    case .published: self = .published(try reader.read(Transaction.Publication.Result.self))
    case .stepped: self = .stepped(try reader.read(Step.self))
    case .consented: self = .consented(try reader.read(Transaction.Consent.Result.self))
    case .transferred: self = .transferred(try reader.read(Move.self))
    case .granted: self = .granted(try reader.read(Transaction.Grant.Result.self))
    case .advanced: self = .advanced(until: try reader.read(Time.self))
    case .released: self = .released(try reader.read(Transaction.Release.Result.self))
    case .flawed: self = .flawed(try reader.read(ModuleFlaw.self))
    }
  }
}
