import ContractFuzzing
import Fuzzing
import Ledger
import Primitives
import Testing

@Suite struct StateTreeTests {
  private func digest(_ number: Int) -> Digest { Digest(sha256: Array(String(number).utf8)) }

  /// The root as its definition says it, all at once.
  private func root(_ rows: [(key: Digest, value: Digest)], depth: Int = 0) -> Digest {
    if rows.isEmpty { return .zero }
    if rows.count == 1 { return Digest(tag: 0, rows[0].key, rows[0].value) }
    return Digest(
      tag: 1, root(rows.filter { !$0.key.bit(depth) }, depth: depth + 1),
      root(rows.filter { $0.key.bit(depth) }, depth: depth + 1))
  }

  @Test func theRootIsThatOfItsRowsHoweverTheyCame() {
    var random = Random(seed: 1)
    for _ in 0..<30 {
      var tree = StateTree()
      var rows: [Digest: Digest] = [:]
      for _ in 0..<random.below(20) {
        var batch: [Digest: Digest] = [:]
        for _ in 0..<random.below(12) { batch[digest(random.below(60))] = digest(random.below(1000)) }
        // Some of what is removed is not there, and some of it comes again at once.
        let gone = (0..<random.below(12)).map { _ in digest(random.below(60)) }
        tree.update(batch.map { (key: $0.key, value: $0.value) }, removing: gone)
        for key in gone { rows[key] = nil }
        rows.merge(batch) { $1 }
        #expect(tree.root == root(rows.map { (key: $0.key, value: $0.value) }))
        #expect(tree.leafCount == rows.count)
      }
    }
  }

  /// Keys that agree in all but their last bit lie at the deepest place that there is.
  @Test func keysMayAgreeInAllBitsButOne() throws {
    var bytes = digest(0).bytes
    bytes[31] &= 0xFE
    let low = try #require(Digest(bytes: bytes))
    bytes[31] |= 1
    let high = try #require(Digest(bytes: bytes))
    var tree = StateTree()
    tree.update([(low, digest(1))])
    tree.update([(high, digest(2))])
    #expect(tree.root == root([(low, digest(1)), (high, digest(2))]))
    tree.update([], removing: [low])
    #expect(tree.root == root([(high, digest(2))]))
  }

  @Test func aListsRootNamesEachMemberAndItsPlace() {
    let lists: [[[UInt8]]] = [
      [], [[]], [[1]], [[1], [2]], [[2], [1]], [[1], [2], [3]], [[1, 2], [3]], [[1], [2], [3], [4]],
    ]
    #expect(Set(lists.map(merkleRoot)).count == lists.count)
  }
}
