package import Primitives

/// A sparse Merkle tree over rows: a leaf lies where its key's bits lead, only as deep as it must
/// to part from its neighbours. The root depends on the rows alone, not on how they came to be
/// there or on those that have gone.
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
  /// Places of nodes and keys that have gone, for the next ones.
  private var (freeNodes, freeKeys) = ([Int32](), [Int32]())
  private var rootNode = StateTree.nothing

  package init() {}

  package var root: Digest { digest(rootNode) }

  package var leafCount: Int { keys.count - freeKeys.count }

  private func digest(_ node: Int32) -> Digest { node == StateTree.nothing ? .zero : nodes[Int(node)].digest }

  /// Removes the leaves of `removed`, some of which may not be there, then lays rows down, new ones
  /// or in place of what lay there. Keys of rows occur once.
  package mutating func update(_ rows: [(key: Digest, value: Digest)], removing removed: [Digest] = []) {
    let gone = removed.sorted().map { Change(key: $0, value: .zero, leaf: StateTree.nothing) }
    rootNode = remove(gone[...], from: rootNode, depth: 0)
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

  /// Returns what is left of a subtree. A leaf that has lost its neighbours moves up.
  private mutating func remove(_ gone: ArraySlice<Change>, from node: Int32, depth: Int) -> Int32 {
    if gone.isEmpty || node == StateTree.nothing { return node }
    let present = nodes[Int(node)]
    if present.left == StateTree.leafMark {
      guard gone.contains(where: { $0.key == keys[Int(present.right)] }) else { return node }
      freeKeys.append(present.right)
      freeNodes.append(node)
      return StateTree.nothing
    }
    let middle = split(gone, depth)
    let left = remove(gone[..<middle], from: present.left, depth: depth + 1)
    let right = remove(gone[middle...], from: present.right, depth: depth + 1)
    if right == StateTree.nothing && isLeafOrNothing(left) || left == StateTree.nothing && isLeafOrNothing(right) {
      freeNodes.append(node)
      return left == StateTree.nothing ? right : left
    }
    nodes[Int(node)] = Node(digest: Digest(tag: 1, digest(left), digest(right)), left: left, right: right)
    return node
  }

  private func isLeafOrNothing(_ node: Int32) -> Bool {
    node == StateTree.nothing || nodes[Int(node)].left == StateTree.leafMark
  }

  /// Puts an element into a place that has become free, or at the end.
  private static func add<T>(_ element: T, to list: inout [T], _ free: inout [Int32]) -> Int32 {
    if let place = free.popLast() {
      list[Int(place)] = element
      return place
    }
    list.append(element)
    return Int32(list.count - 1)
  }

  /// A new subtree.
  private mutating func build(_ changes: ArraySlice<Change>, depth: Int) -> Int32 {
    guard let first = changes.first else { return StateTree.nothing }
    if changes.count == 1 {
      if first.leaf != StateTree.nothing { return first.leaf }
      let key = StateTree.add(first.key, to: &keys, &freeKeys)
      let leaf = Node(digest: Digest(tag: 0, first.key, first.value), left: StateTree.leafMark, right: key)
      return StateTree.add(leaf, to: &nodes, &freeNodes)
    }
    let middle = split(changes, depth)
    let left = build(changes[..<middle], depth: depth + 1)
    let right = build(changes[middle...], depth: depth + 1)
    let joint = Node(digest: Digest(tag: 1, digest(left), digest(right)), left: left, right: right)
    return StateTree.add(joint, to: &nodes, &freeNodes)
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
