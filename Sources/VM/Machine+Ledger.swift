// What the ledger tells about the event that is going on, times, and digests.

import Bytecode
import Interface
import Primitives

extension Machine {
  @inline(never)
  func told<H: Host>(
    _ i: Instruction, _ r: UnsafeMutablePointer<UInt64>, _ shapes: UnsafePointer<Shape>, _ arena: inout Arena,
    _ image: Image, gas available: Int,
    _ host: inout H
  ) -> Outcome {
    var gas = available
    let (a, b, c) = (r + Int(i.a), r + Int(i.b), r + Int(i.c))
    switch i.opcode {
    case .now: a[0] = UInt64(bitPattern: host.now.milliseconds)
    case .opened: a[0] = UInt64(bitPattern: host.opened.milliseconds)
    case .caller: a[0] = host.caller
    case .account: a[0] = host.account(ofParty: Int(i.b))
    case .addTime: a[0] = min(b[0] + c[0], UInt64(bitPattern: Time.last.milliseconds))
    case .subtractFromTime:
      if b[0] < c[0] { return Outcome(gas, .negative) }
      a[0] = b[0] - c[0]
    case .subtractTime:
      if b[0] < c[0] { return Outcome(gas, .negative) }
      if b[0] - c[0] > UInt64(bitPattern: Duration.max.milliseconds) { return Outcome(gas, .range) }
      a[0] = b[0] - c[0]
    case .endOfDay:
      a[0] = endOfDay(calendar: Int(b[0]), number: Int(c[0] >> 1), after: Int64(bitPattern: c[1]), arena, &gas)
    case .intOfAmount:
      if b[1] == 0 && b[0] < 1 << 62 {
        a[0] = b[0] << 1
      } else {
        gas -= Gas.memory(words: Gas.integerWords(limbs: 2))
        if gas < 0 { return Outcome(gas) }
        let (low, high) = (b[0], b[1])
        arena.result[0] = low
        arena.result[1] = high
        a[0] = arena.finish(count: 2, isNegative: false)
      }
    case .sha256, .sm3:
      let text = arena.slab + Int(b[0])
      let size = Int(text[0])
      gas -= i.opcode == .sha256 ? Gas.sha256(size: size) : Gas.sm3(size: size)
      if gas < 0 { return Outcome(gas) }
      let bytes = UnsafeBufferPointer(
        start: UnsafeRawPointer(text + 1).assumingMemoryBound(to: UInt8.self), count: size)
      let digest = i.opcode == .sha256 ? Digest(sha256: bytes) : Digest(sm3: bytes)
      digest.copy(to: arena.slab + arena.top + 1)
      a[0] = UInt64(arena.endText(size: Digest.size))
    default: preconditionFailure("the loop sends only what the ledger tells here")
    }
    return Outcome(gas)
  }

  /// The end of a working day, as `WorkingDays` has it. Holidays ascend, so those that have passed
  /// are not looked at again.
  private func endOfDay(calendar place: Int, number: Int, after time: Int64, _ arena: Arena, _ gas: inout Int) -> UInt64
  {
    let calendar = arena.slab + place
    func member(_ member: Calendar.Member) -> UInt64 { calendar[member.rawValue] }
    let (weekend, holidays) = (member(.weekend), member(.holidays))
    var freeDays: UInt64 = 0
    for index in 0..<arena.count(of: weekend) { freeDays |= 1 << (arena.elements(of: weekend)[index] >> 1) }
    let (holidayCount, holiday) = (arena.count(of: holidays), arena.elements(of: holidays))
    let day: Int64 = 86_400_000
    let shift = (Int64(bitPattern: member(.offset)) >> 1) * 60_000
    // Rounded down: local time may lie before 1970, but by no more than a day.
    var current = (time + shift + day) / day - 1

    gas -= Gas.days(0, holidays: holidayCount)
    if gas < 0 { return 0 }
    // Where no day of the week is left, the days need not be gone through.
    if freeDays == 0b1111_1110 {
      current += Int64(WorkingDays.daysMax)
    } else {
      var (left, next, looked) = (number, 0, 0)
      while left > 0 && looked < WorkingDays.daysMax {
        gas -= Gas.days(1, holidays: 0)
        if gas < 0 { return 0 }
        current += 1
        looked += 1
        while next < holidayCount, Int64(bitPattern: holiday[next]) / day < current { next += 1 }
        let isHoliday = next < holidayCount && Int64(bitPattern: holiday[next]) / day == current
        // 1970-01-01 was a Thursday.
        if !isHoliday && freeDays >> UInt64((current + 3) % 7 + 1) & 1 == 0 { left -= 1 }
      }
    }
    return UInt64(bitPattern: min((current + 1) * day - shift, Time.last.milliseconds))
  }
}
