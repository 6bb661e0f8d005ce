package import Primitives

/// A sparse Merkle tree over rows: a leaf lies where its key's bits lead, only as deep as it must
/// to part from its neighbours. The root depends on the rows alone, not on how they came to be
/// there.
///
/// leaf: digest(0, key, value) · joint: digest(1, left, right) · nothing: zeros
package struct StateTree {
  private struct Node {
    var digest: Digest
    /// Of a joint; -1 where there is nothing.
    var left: Int32
    var right: Int32
  }

  /// Children of a leaf, whose `right` is the place of its key.
  private static let leafMark: Int32 = -2
  private static let nothing: Int32 = -1

  private var nodes: [Node] = []
  private var keys: [Digest] = []
  private var rootNode = StateTree.nothing

  package init() {}

  package var root: Digest { digest(rootNode) }

  package var leafCount: Int { keys.count }

  private func digest(_ node: Int32) -> Digest { node == StateTree.nothing ? .zero : nodes[Int(node)].digest }

  /// Lays rows down, new ones or in place of what lay there. Keys occur once.
  package mutating func update(_ rows: [(key: Digest, value: Digest)]) {
    let changes = rows.sorted { $0.key < $1.key }.map { Change(key: $0.key, value: $0.value, leaf: StateTree.nothing) }
    rootNode = update(rootNode, changes[...], depth: 0)
  }

  private struct Change {
    let key: Digest
    let value: Digest
    /// A leaf that is there already and only moves down, or `nothing`.
    let leaf: Int32
  }

  /// The depth is at most the length of a key.
  private mutating func update(_ node: Int32, _ changes: ArraySlice<Change>, depth: Int) -> Int32 {
    if changes.isEmpty { return node }
    if node == StateTree.nothing { return build(changes, depth: depth) }
    let present = nodes[Int(node)]
    if present.left == StateTree.leafMark {
      let key = keys[Int(present.right)]
      if let change = changes.first, changes.count == 1, change.key == key {
        nodes[Int(node)].digest = Digest(tag: 0, key, change.value)
        return node
      }
      var merged = Array(changes)
      if let index = merged.firstIndex(where: { $0.key == key }) {
        nodes[Int(node)].digest = Digest(tag: 0, key, merged[index].value)
        merged[index] = Change(key: key, value: .zero, leaf: node)
      } else {
        let place = merged.firstIndex { key < $0.key } ?? merged.count
        merged.insert(Change(key: key, value: .zero, leaf: node), at: place)
      }
      return build(merged[...], depth: depth)
    }
    let middle = split(changes, depth)
    let left = update(present.left, changes[..<middle], depth: depth + 1)
    let right = update(present.right, changes[middle...], depth: depth + 1)
    nodes[Int(node)] = Node(digest: Digest(tag: 1, digest(left), digest(right)), left: left, right: right)
    return node
  }

  /// A new subtree.
  private mutating func build(_ changes: ArraySlice<Change>, depth: Int) -> Int32 {
    guard let first = changes.first else { return StateTree.nothing }
    if changes.count == 1 {
      if first.leaf != StateTree.nothing { return first.leaf }
      keys.append(first.key)
      nodes.append(
        Node(digest: Digest(tag: 0, first.key, first.value), left: StateTree.leafMark, right: Int32(keys.count - 1)))
      return Int32(nodes.count - 1)
    }
    let middle = split(changes, depth)
    let left = build(changes[..<middle], depth: depth + 1)
    let right = build(changes[middle...], depth: depth + 1)
    nodes.append(Node(digest: Digest(tag: 1, digest(left), digest(right)), left: left, right: right))
    return Int32(nodes.count - 1)
  }

  /// Where the keys whose bit at `depth` is 1 begin.
  private func split(_ changes: ArraySlice<Change>, _ depth: Int) -> Int {
    var (low, high) = (changes.startIndex, changes.endIndex)
    while low < high {
      let middle = (low + high) / 2
      if changes[middle].key.bit(depth) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
