import Interface
package import Primitives

extension LedgerState {
  /// SHA-256 of everything in the state in a fixed order: two ledgers with equal digests are in the same state. A root with proofs takes its place once
  /// there are blocks.
  package var digest: Digest {
    var writer = CanonicalWriter()
    writer.write(time.milliseconds)
    writer.write(UInt64(accountCount))
    for index in 0..<accountCount {
      for currency in Currency.all { writer.write(balance(AccountRow(index), currency).units) }
    }
    writer.write(UInt64(agreements.count))
    for agreement in agreements { agreement.encode(to: &writer) }
    return Digest(sha256: writer.bytes)
  }
}

extension Agreement {
  fileprivate func encode(to writer: inout CanonicalWriter) {
    writer.write(length: contract)
    writer.write(currencies)
    writer.write(length: parties.count)
    for party in parties { writer.write(UInt64(party.index)) }
    writer.write(length: words.count)
    for word in words { writer.write(word) }
    writer.write(length: vaults.count)
    for vault in vaults { writer.write(vault.units) }
    writer.write(UInt16(position.state))
    writer.write(position.visit)
    writer.write(position.enteredAt.milliseconds)
    writer.write(length: position.deadlines.count)
    for deadline in position.deadlines {
      writer.write(UInt16(deadline.transition))
      writer.write(deadline.due.milliseconds)
    }
    writer.write(position.endedBy != nil)
    if let endedBy = position.endedBy {
      writer.write(UInt16(endedBy.state))
      writer.write(endedBy.due.milliseconds)
    }
    writer.write(length: position.approvals.count)
    for approval in position.approvals {
      writer.write(UInt16(approval.transition))
      writer.write(UInt16(approval.party))
      writer.write(approval.arguments)
    }
  }
}
