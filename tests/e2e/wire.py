"""What is really on the wire: packets of the loopback interface, as the kernel
saw them. Whoever may not look is skipped."""

import collections
import select
import socket
import struct
import threading
import time

import pytest

from harness import PATIENCE

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
ETH_ALL = 0x0003
OUTGOING = 4  # each packet comes twice on lo: leave one out
TCP = 6

Packet = collections.namedtuple("Packet", "source target flags data")


def parse(frame):
    """A TCP packet of IPv4 or IPv6 in an Ethernet frame; None: another."""
    kind = struct.unpack_from("!H", frame, 12)[0]
    if kind == 0x0800 and frame[23] == TCP:
        at = 14 + (frame[14] & 15) * 4
        end = 14 + struct.unpack_from("!H", frame, 16)[0]
    elif kind == 0x86dd and frame[20] == TCP:
        at = 14 + 40
        end = at + struct.unpack_from("!H", frame, 18)[0]
    else:
        return None
    source, target = struct.unpack_from("!HH", frame, at)
    return Packet(source, target, frame[at + 13] & 0x1f,
                  bytes(frame[at + (frame[at + 12] >> 4) * 4:end]))


class Capture:
    """All TCP packets of a port, from here on."""

    def __init__(self, port):
        self.port = port
        self.packets = []
        try:
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                        socket.htons(ETH_ALL))
            self.socket.bind(("lo", 0))
        except (AttributeError, OSError) as error:
            pytest.skip(f"no packets to be seen here: {error}")
        self.ends = False
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ends = True
        self.thread.join()
        self.socket.close()

    def _run(self):
        while not self.ends:
            if not select.select([self.socket], [], [], 0.02)[0]:
                continue
            frame, address = self.socket.recvfrom(70000)
            packet = None if address[2] == OUTGOING else parse(frame)
            if packet and self.port in (packet.source, packet.target):
                self.packets.append(packet)

    def of(self, client_port, from_server):
        return [packet for packet in self.packets
                if (packet.target if from_server else packet.source)
                == client_port]

    def until(self, client_port, flags, from_server=True):
        """Waits for a packet with all of these flags."""
        end = time.monotonic() + PATIENCE
        while True:
            found = [packet for packet in self.of(client_port, from_server)
                     if packet.flags & flags == flags]
            if found:
                return found[0]
            assert time.monotonic() < end, self.packets
            time.sleep(0.005)

    def flags(self, client_port, from_server=True):
        """All flags of that direction together."""
        together = 0
        for packet in self.of(client_port, from_server):
            together |= packet.flags
        return together

    def data(self, client_port, from_server=True):
        return b"".join(packet.data
                        for packet in self.of(client_port, from_server))
