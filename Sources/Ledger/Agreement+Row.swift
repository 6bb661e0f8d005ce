import Interface
import Primitives

extension Agreement: LedgerRow {
  enum Change {
    case word(UInt64, slot: Int)
    /// The entry that lies at this index of the entries, or will; nil: none.
    case entry(Entry?, index: Int, isThere: Bool)
    case vault(VaultID, Amount)
    case holding(Holding)
    /// All of a vault's holdings.
    case holdings([Holding], vault: VaultID)
    case position(Position)
    case consents(UInt16)
    case pot([PotShare])
  }

  /// Finds agreements by their numbers, and what they do by themselves by its time.
  struct Index: RowIndex {
    var schedule = Schedule()

    func place(of key: AgreementNumber) -> Int? { key.index }

    mutating func add(_ row: Agreement, at place: Int) -> Bool {
      schedule.replace([], with: row.position.deadlines, of: AgreementNumber(place))
      return true
    }

    mutating func remove(_ row: Agreement, at place: Int) {
      schedule.replace(row.position.deadlines, with: [], of: AgreementNumber(place))
    }
  }

  static let table = Table.agreement

  func key(at place: Int) -> AgreementNumber { AgreementNumber(place) }

  func namesExistingRows(of state: LedgerState) -> Bool {
    (parties + pot.map(\.payer)).allSatisfy { $0.index < state.accountCount }
  }

  static func isIndexed(_ change: Change) -> Bool { if case .position = change { true } else { false } }

  mutating func exchange(_ change: Change) -> Change {
    switch change {
    case .word(let new, let slot):
      defer { words[slot] = new }
      return .word(words[slot], slot: slot)
    case .entry(let new, let index, let isThere):
      let before = isThere ? entries[index] : nil
      entries.replaceSubrange(index..<(index + (isThere ? 1 : 0)), with: new.map { [$0] } ?? [])
      return .entry(before, index: index, isThere: new != nil)
    case .vault(let vault, let new):
      defer { vaults[of: vault] = new }
      return .vault(vault, vaults[of: vault])
    case .holding(let new):
      let (index, isThere) = place(ofHolding: new.vault, new.key)
      let before = isThere ? holdings[index].amount : .zero
      holdings.replaceSubrange(index..<(index + (isThere ? 1 : 0)), with: new.amount == .zero ? [] : [new])
      return .holding(Holding(vault: new.vault, key: new.key, amount: before))
    case .holdings(let new, let vault):
      let before = holdings(ofVault: vault)
      holdings.replaceSubrange(before.indices, with: new)
      return .holdings(Array(before), vault: vault)
    case .position(let new):
      defer { position = new }
      return .position(position)
    case .consents(let new):
      defer { consents = new }
      return .consents(consents)
    case .pot(let new):
      defer { pot = new }
      return .pot(pot)
    }
  }
}
