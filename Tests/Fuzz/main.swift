// Random integers and modules in large numbers, from a seed: the same seed tries the same things. A
// difference or a fault ends the process. And calls whose allocations are counted by the library
// that is preloaded (Tests/Interposer).
//
// Fuzz integers <count> <seed>
// Fuzz modules <count> <seed>
// Fuzz contracts <count> <seed> [--case <seed> | --refused <code>]
//                              random contracts on both engines; one case shrunk; the smallest
//                              contract that is refused with a code
// Fuzz allocations <count>
// Fuzz mutants source <schedules> <seed> [--slice <i>/<n>] <folder>…
// Fuzz mutants modules <count> <schedules> <seed> [--slice <i>/<n>] <folder>…
//                              mutants of the contracts in these folders on the bare machine:
//                              whether assurance refuses what loses or strands money, and nothing
//                              else
// Fuzz case <seed>             writes the bytes of a random module, for Tests/FuzzModules to begin with

import Fuzzing
import Glibc

let arguments = CommandLine.arguments.dropFirst()
let numbers = arguments.dropFirst().compactMap { Int($0) }
switch (arguments.first, numbers.first) {
case ("integers", let count?):
  var trial = IntegerTrial(seed: UInt64(numbers.count > 1 ? numbers[1] : 1))
  try trial.run(count)
  print("\(count) operations on integers, no difference")
case ("modules", let count?):
  var trial = ModuleTrial(seed: UInt64(numbers.count > 1 ? numbers[1] : 1))
  while trial.count.modules < count { trial.run(mutants: 200) }
  print(trial.summary)
case ("contracts", let count?):
  let seed = UInt64(numbers.count > 1 ? numbers[1] : 1)
  var fuzz = ContractFuzz()
  if arguments.count == 5, Array(arguments)[2] == "--choices", let seed = arguments.last.flatMap({ UInt64($0) }) {
    fuzz.attempt(Array(arguments)[3], seed: seed)
  } else if arguments.contains("--case"), let seed = numbers.last {
    fuzz.show(UInt64(seed))
  } else if arguments.contains("--refused"), let code = arguments.last {
    fuzz.showRefusal(code, count, seed: seed)
  } else if !fuzz.run(count, seed: seed) {
    exit(1)
  }
case ("allocations", let count?):
  typealias Counts = @convention(c) (UnsafeMutablePointer<Int>) -> Void
  guard let symbol = dlsym(UnsafeMutableRawPointer(bitPattern: 0), "interposer_counts") else {
    print("the counting library is not preloaded")
    break
  }
  let counts = unsafeBitCast(symbol, to: Counts.self)
  var call = try WarmCall()
  _ = call.run(10)
  let counted = UnsafeMutablePointer<Int>.allocate(capacity: 3)
  counts(counted)
  print("before: \(counted[0]) allocations, \(counted[1]) retains, \(counted[2]) releases")
  counts(counted)
  let succeeded = call.run(count)
  counts(counted)
  print("\(succeeded) calls: \(counted[0]) allocations, \(counted[1]) retains, \(counted[2]) releases")
case ("mutants", let first?):
  var slice = (index: 0, count: 1)
  var folders = Array(arguments.dropFirst(2)).filter { Int($0) == nil }
  if let option = folders.firstIndex(of: "--slice"), option + 1 < folders.count {
    let parts = folders[option + 1].split(separator: "/").compactMap { Int($0) }
    if parts.count == 2 { slice = (parts[0], max(1, parts[1])) }
    folders.removeSubrange(option...option + 1)
  }
  let isSource = arguments.dropFirst().first == "source"
  let rest = isSource ? numbers : Array(numbers.dropFirst())
  guard rest.count > 1 else {
    print("usage: Fuzz mutants source <schedules> <seed> <folder>… | modules <count> <schedules> <seed> <folder>…")
    exit(2)
  }
  var fuzz = MutantFuzz(schedules: rest[0], seed: UInt64(rest[1]), slice: slice)
  if !(isSource ? fuzz.runSources(folders) : fuzz.runModules(folders, count: first)) { exit(1) }
case ("case", let seed?):
  var trial = ModuleTrial(seed: UInt64(seed))
  while true {
    guard let bytes = trial.bytes() else { continue }
    if write(1, bytes, bytes.count) != bytes.count { print("the case could not be written") }
    break
  }
default:
  print("usage: Fuzz integers|modules|contracts <count> [<seed>] | mutants source|modules … | allocations <count>")
}
