import Primitives
import Testing

@Suite struct CanonicalTests {
  private func length(_ bytes: [UInt8], of payload: Int) -> Result<Int, CanonicalFault> {
    var reader = CanonicalReader(bytes + Array(repeating: 0, count: payload))
    do throws(CanonicalFault) { return .success(try reader.readLength()) } catch { return .failure(error) }
  }

  @Test func aLengthHasOneForm() {
    #expect(length([5], of: 5) == .success(5))
    #expect(length([0x80, 0x01], of: 128) == .success(128))
    #expect(length([0x85, 0x00], of: 5) == .failure(.overlongLength))
    #expect(length([0x80, 0x80, 0x80, 0x80, 0x80, 0x01], of: 5) == .failure(.overlongLength))
    #expect(length([0x80], of: 0) == .failure(.truncated))
  }

  @Test func aLengthNeverExceedsTheBytes() {
    #expect(length([5], of: 4) == .failure(.excessiveLength))
    #expect(length([0xFF, 0xFF, 0xFF, 0xFF, 0x0F], of: 9) == .failure(.excessiveLength))
  }

  @Test func valuesGoBothWays() throws {
    for value in [Integer.zero, Integer(-1), Integer.power(ofTwo: 4095)] {
      var writer = CanonicalWriter()
      writer.write(value)
      var reader = CanonicalReader(writer.bytes)
      #expect(try reader.read(Integer.self) == value)
      try reader.finish()
    }
  }

  @Test func whatIsNotCanonicalIsRefused() {
    func fault<T>(_ bytes: [UInt8], _ read: (inout CanonicalReader) throws(CanonicalFault) -> T) -> CanonicalFault? {
      var reader = CanonicalReader(bytes)
      do throws(CanonicalFault) {
        _ = try read(&reader)
        try reader.finish()
        return nil
      } catch { return error }
    }
    let integer = { (reader: inout CanonicalReader) throws(CanonicalFault) in try reader.read(Integer.self) }
    #expect(fault([1, 0], integer) == .notCanonical)
    #expect(fault([0, 1, 0, 0, 0, 0, 0, 0, 0, 0], integer) == .notCanonical)
    #expect(fault([0, 0, 9], integer) == .trailing)
    #expect(
      fault([2]) { (reader: inout CanonicalReader) throws(CanonicalFault) in try reader.readBool() } == .unknownCase)
    #expect(
      fault([1, 0xFF]) { (reader: inout CanonicalReader) throws(CanonicalFault) in try reader.readText() }
        == .invalidText)
  }

  @Test func jsonEscapesWhatWouldMislead() {
    #expect(
      JSON.object([("a\"", .list([.null, .bool(true), .number(-1), .text("é\n\u{202E}")]))]).line
        == #"{"a\"":[null,true,-1,"é\u000a\u202e"]}"#)
  }
}
