/// The version of the daemon, the command line and the wire between them.
public let refineryVersion = "0.1.0"
