/// The types of Thrift's compact protocol, by the number that stands in a field's header.
///
/// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
enum ThriftType: UInt8 {
    case yes = 1
    case no
    case byte
    case int16
    case int32
    case int64
    case double
    case binary
    case list
    case set
    case map
    case structure
    case uuid
}
