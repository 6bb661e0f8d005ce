package import Ledger
package import Primitives
import Runtime
package import Wording

/// A block: its header and what happened in it.
package struct BlockView {
  private let view: LedgerView
  private let block: Block

  package init(_ view: LedgerView, _ block: Block) {
    self.view = view
    self.block = block
  }

  package func lines(_ language: Language, _ style: TextStyle) -> [String] {
    let (header, wording, story) = (block.header, Wording(language), view.story(language))
    var lines = [
      "\(style.bold("Block \(header.height)"))  \(wording.time(header.time))  \(header.digest)",
      "  root after it \(header.stateRoot)",
    ]
    if block.receipts.isEmpty { lines.append("  nothing happened in it") }
    for receipt in block.receipts {
      lines += story.lines(receipt, block.transaction(of: receipt)).map { "  \(wording.time(receipt.time))  \($0)" }
    }
    return lines
  }

  package var json: JSON {
    let header = block.header
    return .object([
      ("schema", "earnest.show/1"), ("height", .number(Int(clamping: header.height))),
      ("time", .text(header.time.description)), ("header", .text(header.digest.description)),
      ("parent", .text(header.parent.description)), ("entriesRoot", .text(header.entriesRoot.description)),
      ("receiptsRoot", .text(header.receiptsRoot.description)), ("stateRoot", .text(header.stateRoot.description)),
      ("receipts", .list(block.receipts.map { view.json($0, block.transaction(of: $0)) })),
    ])
  }

  // MARK: One transaction

  /// What became of a transaction of this block.
  package func lines(_ receipt: Receipt, _ id: Digest, _ language: Language, _ style: TextStyle) -> [String] {
    let wording = Wording(language)
    return [
      "\(style.bold("Transaction"))  \(id)  block \(block.header.height)  \(wording.time(receipt.time))"
    ] + view.story(language).lines(receipt, block.transaction(of: receipt)).map { "  " + $0 } + [
      "  \(wording.gas(receipt.gas))"
    ]
  }

  package func json(_ receipt: Receipt) -> JSON {
    .object([
      ("schema", "earnest.show/1"), ("block", .number(Int(clamping: block.header.height))),
      ("receipt", view.json(receipt, block.transaction(of: receipt))),
    ])
  }
}

extension Block {
  /// The transaction that a receipt of this block is about, by its id.
  package func transaction(of receipt: Receipt) -> Transaction? {
    guard case .transaction(let id) = receipt.origin else { return nil }
    return entries.lazy.compactMap { try? SignedTransaction(decoding: $0) }.first { $0.id == id }?.transaction
  }
}
