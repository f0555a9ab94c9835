"""Twisted over epoll: echo|lines. Prints its port."""

import sys

from twisted.internet import epollreactor

epollreactor.install()
from twisted.internet import protocol, reactor
from twisted.protocols.basic import LineReceiver


class Echo(protocol.Protocol):
    def connectionMade(self):
        self.transport.setTcpNoDelay(True)

    def dataReceived(self, data):
        self.transport.write(data)


class Lines(LineReceiver):
    def connectionMade(self):
        self.transport.setTcpNoDelay(True)

    def lineReceived(self, line):
        self.sendLine(line)


factory = protocol.Factory.forProtocol(Lines if sys.argv[1] == "lines" else Echo)
listener = reactor.listenTCP(0, factory, backlog=4096, interface="127.0.0.1")
print(listener.getHost().port, flush=True)
reactor.run()
