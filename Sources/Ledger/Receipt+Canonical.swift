import Interface
package import Primitives

extension Move: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(from)
    writer.write(to)
    writer.write(sum)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(
      from: try reader.read(Holder.self), to: try reader.read(Holder.self), sum: try reader.read(CurrencyAmount.self))
  }
}

extension Move.Holder: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    switch self {
    case .account(let row):
      writer.write(UInt8(0))
      writer.write(row)
    case .vault(let vault):
      writer.write(UInt8(1))
      writer.write(UInt8(vault.index))
    case .entry(let vault, let key):
      writer.write(UInt8(2))
      writer.write(UInt8(vault.index))
      writer.write(key)
    }
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    switch try reader.read(UInt8.self) {
    case 0: self = .account(try reader.read(AccountRow.self))
    case 1: self = .vault(VaultID(Int(try reader.read(UInt8.self))))
    case 2: self = .entry(vault: VaultID(Int(try reader.read(UInt8.self))), key: try reader.read(UInt64.self))
    default: throw .unknownCase
    }
  }
}

extension Emission: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(UInt8(event))
    writer.write(arguments)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(event: Int(try reader.read(UInt8.self)), arguments: try reader.readList(of: Value.self))
  }
}

extension Failure: Canonical {
  package func encode(to writer: inout CanonicalWriter) { writer.write(code) }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    guard let failure = Failure(code: try reader.read(UInt8.self)) else { throw .unknownCase }
    self = failure
  }
}

extension Cause: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    switch self {
    case .opening: writer.write(UInt8(0))
    case .party(let row, let action):
      writer.write(UInt8(1))
      writer.write(row)
      writer.write(action)
    case .deadline: writer.write(UInt8(2))
    }
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    switch try reader.read(UInt8.self) {
    case 0: self = .opening
    case 1: self = .party(try reader.read(AccountRow.self), action: try reader.readText())
    case 2: self = .deadline
    default: throw .unknownCase
    }
  }
}

extension Outcome: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    switch self {
    case .opened(let state):
      writer.write(UInt8(0))
      writer.write(state)
    case .entered(let state):
      writer.write(UInt8(1))
      writer.write(state)
    case .stayed: writer.write(UInt8(2))
    case .approved(let have, let needed):
      writer.write(UInt8(3))
      writer.write(UInt8(have))
      writer.write(UInt8(needed))
    case .refused(let failure):
      writer.write(UInt8(4))
      writer.write(failure)
    case .defect(let failure):
      writer.write(UInt8(5))
      writer.write(failure)
    }
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    switch try reader.read(UInt8.self) {
    case 0: self = .opened(state: try reader.readID())
    case 1: self = .entered(state: try reader.readID())
    case 2: self = .stayed
    case 3: self = .approved(have: Int(try reader.read(UInt8.self)), needed: Int(try reader.read(UInt8.self)))
    case 4: self = .refused(try reader.read(Failure.self))
    case 5: self = .defect(try reader.read(Failure.self))
    default: throw .unknownCase
    }
  }
}

extension Step: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(time)
    writer.write(agreement)
    writer.write(cause)
    writer.write(state)
    writer.write(transition != nil)
    if let transition { writer.write(transition) }
    writer.write(outcome)
    writer.write(moves)
    writer.write(events)
    writer.write(indices: defects)
    writer.write(gas)
    writer.write(endedBy)
    writer.write(payer)
    writer.write(prepaid)
    writer.write(returned)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    time = try reader.read(Time.self)
    agreement = try reader.readOptional(AgreementNumber.self)
    cause = try reader.read(Cause.self)
    state = try reader.readID()
    transition = try reader.readBool() ? try reader.readID() : nil
    outcome = try reader.read(Outcome.self)
    moves = try reader.readList(of: Move.self)
    events = try reader.readList(of: Emission.self)
    defects = try reader.readIndices()
    gas = try reader.read(UInt64.self)
    endedBy = try reader.readOptional(Agreement.EndedBy.self)
    payer = try reader.readOptional(AccountRow.self)
    prepaid = try reader.read(UInt64.self)
    returned = try reader.readList(of: PotShare.self)
  }
}

extension Receipt: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    switch origin {
    case .transaction(let id):
      writer.write(UInt8(0))
      writer.write(id)
    case .deadline: writer.write(UInt8(1))
    }
    writer.write(time)
    switch verdict {
    case .done: writer.write(UInt8(0))
    case .failed(let operation, let failure):
      writer.write(UInt8(1))
      writer.write(UInt8(operation))
      writer.write(failure)
    case .inadmissible(let reason):
      writer.write(UInt8(2))
      writer.write(reason.rawValue)
    case .defect(let failure):
      writer.write(UInt8(3))
      writer.write(failure)
    }
    writer.write(gas)
    writer.write(results)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    let origin: Origin
    switch try reader.read(UInt8.self) {
    case 0: origin = .transaction(try reader.readDigest())
    case 1: origin = .deadline
    default: throw .unknownCase
    }
    let time = try reader.read(Time.self)
    let verdict: Verdict
    switch try reader.read(UInt8.self) {
    case 0: verdict = .done
    case 1: verdict = .failed(operation: Int(try reader.read(UInt8.self)), try reader.read(Failure.self))
    case 2:
      guard let reason = Inadmissible(rawValue: try reader.read(UInt8.self)) else { throw .unknownCase }
      verdict = .inadmissible(reason)
    case 3: verdict = .defect(try reader.read(Failure.self))
    default: throw .unknownCase
    }
    self.init(
      origin: origin, time: time, verdict: verdict, gas: try reader.read(UInt64.self),
      results: try reader.readList(of: OperationResult.self))
  }
}
