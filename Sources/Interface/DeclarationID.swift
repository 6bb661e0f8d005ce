package import Primitives

/// A declaration of a contract, by its position in the interface's list of its kind.
@frozen @usableFromInline
package struct DeclarationID<Declaration>: Hashable, Comparable, Sendable, ExpressibleByIntegerLiteral,
  CustomStringConvertible
{
  @usableFromInline package let index: Int

  @inlinable package init(_ index: Int) { self.index = index }

  /// As an instruction's operand has it.
  @inlinable package init(_ operand: UInt16) { index = Int(operand) }

  @inlinable package init(integerLiteral index: Int) { self.index = index }

  @usableFromInline package var description: String { "\(index)" }

  @usableFromInline package static func < (a: DeclarationID, b: DeclarationID) -> Bool { a.index < b.index }
}

package typealias StateID = DeclarationID<ContractInterface.State>
package typealias TransitionID = DeclarationID<ContractInterface.Transition>
package typealias VaultID = DeclarationID<ContractInterface.Vault>
package typealias StateVariableID = DeclarationID<ContractInterface.Field>
package typealias TermID = DeclarationID<ContractInterface.Term>

extension CanonicalWriter {
  package mutating func write<Declaration>(_ id: DeclarationID<Declaration>) { write(UInt16(id.index)) }

  package mutating func write<Declaration>(_ ids: [DeclarationID<Declaration>]) { write(indices: ids.map(\.index)) }
}

extension CanonicalReader {
  package mutating func readID<Declaration>() throws(CanonicalFault) -> DeclarationID<Declaration> {
    DeclarationID(Int(try read(UInt16.self)))
  }

  package mutating func readIDs<Declaration>() throws(CanonicalFault) -> [DeclarationID<Declaration>] {
    try readIndices().map { DeclarationID($0) }
  }
}

extension Array {
  /// A declaration of its own list: an id of another kind does not compile.
  @inlinable package subscript(_ id: DeclarationID<Element>) -> Element {
    get { self[id.index] }
    _modify { yield &self[id.index] }
  }

  /// The element for a declaration, in an array that has one for each declaration of its kind, in their order.
  @inlinable package subscript<Declaration>(of id: DeclarationID<Declaration>) -> Element {
    get { self[id.index] }
    _modify { yield &self[id.index] }
  }

  /// The ids of what an array of declarations has.
  package var ids: [DeclarationID<Element>] { indices.map { DeclarationID($0) } }

  /// Each declaration with its id.
  package var identified: Zip2Sequence<[DeclarationID<Element>], [Element]> { zip(ids, self) }

  package func has(_ id: DeclarationID<Element>) -> Bool { indices.contains(id.index) }

  package func firstID(where isMeant: (Element) -> Bool) -> DeclarationID<Element>? {
    firstIndex(where: isMeant).map { DeclarationID($0) }
  }
}
