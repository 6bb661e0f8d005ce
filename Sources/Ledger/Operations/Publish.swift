package import Primitives

extension Transaction {
  /// A module's bytes, to open agreements from.
  package struct Publication: Hashable, Sendable {
    package let module: [UInt8]

    package struct Result: Hashable, Sendable {
      package let module: Digest
      /// Publishing what is there already changes nothing.
      package let isNew: Bool

      package init(module: Digest, isNew: Bool) {
        self.module = module
        self.isNew = isNew
      }
    }
  }
}

extension Transaction.Operation {
  package static func publish(module: [UInt8]) -> Self { .publish(Transaction.Publication(module: module)) }
}

extension Transaction.Publication: Canonical {
  package func encode(to writer: inout CanonicalWriter) { writer.write(bytes: module) }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) { module = try reader.readBytes() }
}

extension Transaction.Publication.Result: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(module)
    writer.write(isNew)
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    self.init(module: try reader.readDigest(), isNew: try reader.readBool())
  }
}
