import Bytecode
import Interface
import Primitives
import Semantics
import Source

/// What the functions of one module share: constants, split tables, and the functions that are made for folds.
final class Pool {
  let contract: CheckedContract
  let types: [TypeDefinition]
  /// The types of terms and fields, terms first, each with the slot of its first word.
  let slots: [(type: ValueType, slot: Int)]
  /// The number of the contract's first function in the module: entries stand before it.
  private let firstFunction: Int
  private(set) var constants: [Value] = []
  private(set) var splits: [[SplitShare]] = []
  /// They stand behind the contract's functions, and call nobody.
  private(set) var folds: [(function: Function, spans: [Span])] = []
  /// The first place that is too large for one function or module.
  private(set) var tooLarge: Span?
  private var places: [Value: Int] = [:]
  private var ranges: [IntegerRange: Int] = [:]
  private var splitPlaces: [[SplitShare]: Int] = [:]
  private var sharedFolds: [SharedFold: Int] = [:]

  /// A fold that cannot trap, so that no span of its own is needed.
  struct SharedFold: Hashable {
    let what: FoldLowering.What
    let parameters: [RegisterType]
  }

  init(_ contract: CheckedContract) {
    self.contract = contract
    types = contract.interface.types
    slots = contract.interface.slots
    firstFunction = contract.interface.entries.count
  }

  /// The module's number of a function of the contract: what it calls lies behind it there.
  func number(ofFunction function: Int) -> Int { firstFunction + contract.functions.count - 1 - function }

  func report(tooLarge span: Span) { tooLarge = tooLarge ?? span }

  func constant(_ value: Value) -> Int {
    if let place = places[value] { return place }
    places[value] = constants.count
    constants.append(value)
    return constants.count - 1
  }

  /// Two constants in a row, the ends of a range.
  func range(_ range: IntegerRange) -> Int {
    if let place = ranges[range] { return place }
    ranges[range] = constants.count
    constants += [.int(range.low), .int(range.high)]
    return constants.count - 2
  }

  /// Tables that this one names are there already.
  func split(_ shares: [SplitShare]) -> Int {
    if let place = splitPlaces[shares] { return place }
    splitPlaces[shares] = splits.count
    splits.append(shares)
    return splits.count - 1
  }

  /// The number of the function that `make` makes; of what is shared, of the one that was made before.
  func fold(_ shared: SharedFold?, _ make: () -> (Function, [Span])) -> Int {
    if let shared, let number = sharedFolds[shared] { return number }
    let number = firstFunction + contract.functions.count + folds.count
    if let shared { sharedFolds[shared] = number }
    folds.append(make())
    return number
  }
}
