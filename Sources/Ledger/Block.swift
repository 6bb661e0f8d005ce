package import Interface
package import Primitives

/// What ties a block to its parent, to what went into it, and to the state that it left behind. Its
/// digest is what a signed checkpoint would name.
package struct Header: Hashable, Sendable {
  /// The genesis is at height 0 and has no header.
  package let height: UInt64
  package let time: Time
  /// The digest of the header before; of the genesis for the first.
  package let parent: Digest
  package let protocolNumber: ProtocolNumber
  /// Of the transactions, as received.
  package let entriesRoot: Digest
  package let receiptsRoot: Digest
  /// After this block.
  package let stateRoot: Digest

  package init(height: UInt64, time: Time, parent: Digest, entriesRoot: Digest, receiptsRoot: Digest, stateRoot: Digest)
  {
    self.height = height
    self.time = time
    self.parent = parent
    protocolNumber = .current
    self.entriesRoot = entriesRoot
    self.receiptsRoot = receiptsRoot
    self.stateRoot = stateRoot
  }

  package var digest: Digest { Digest(sha256: canonicalBytes) }

  private static let tag = Array("earnest header\0\0".utf8)
}

extension Header: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(raw: Header.tag)
    writer.write(protocolNumber.number)
    writer.write(height)
    writer.write(time)
    writer.write(parent)
    writer.write(entriesRoot)
    writer.write(receiptsRoot)
    writer.write(stateRoot)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    guard try reader.read(raw: Header.tag.count) == Header.tag else { throw .notCanonical }
    guard let protocolNumber = ProtocolNumber(try reader.read(UInt16.self)) else { throw .unknownCase }
    self.protocolNumber = protocolNumber
    height = try reader.read(UInt64.self)
    time = try reader.read(Time.self)
    parent = try reader.readDigest()
    entriesRoot = try reader.readDigest()
    receiptsRoot = try reader.readDigest()
    stateRoot = try reader.readDigest()
  }
}

/// A block as it is logged. Receipts are of all events: deadlines that came first, then for each
/// entry its own, with the deadlines that it made due at once.
package struct Block: Hashable, Sendable {
  package let header: Header
  /// Transactions as received.
  package let entries: [[UInt8]]
  package let receipts: [Receipt]

  package init(header: Header, entries: [[UInt8]], receipts: [Receipt]) {
    self.header = header
    self.entries = entries
    self.receipts = receipts
  }

  /// Whether the header names these entries and receipts.
  package var isWhole: Bool {
    header.entriesRoot == merkleRoot(entries) && header.receiptsRoot == merkleRoot(receipts.map(\.canonicalBytes))
  }
}

extension Block: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(header)
    writer.write(length: entries.count)
    for entry in entries { writer.write(bytes: entry) }
    writer.write(receipts)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    header = try reader.read(Header.self)
    var entries: [[UInt8]] = []
    for _ in 0..<(try reader.readLength()) { entries.append(try reader.readBytes()) }
    self.entries = entries
    receipts = try reader.readList(of: Receipt.self)
  }
}

/// The root of a list: a binary tree over the digests of its members, a lone last one moving up as
/// it is. Leaves and joints have tags of their own, so that no joint can be passed off as a member.
package func merkleRoot(_ members: [[UInt8]]) -> Digest {
  var level = members.map { Digest(sha256: [0] + $0) }
  while level.count > 1 {
    level = stride(from: 0, to: level.count, by: 2).map { index in
      index + 1 < level.count ? Digest(tag: 1, level[index], level[index + 1]) : level[index]
    }
  }
  return level.first ?? .zero
}
