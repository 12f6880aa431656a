"""Many packets by one system call: sendmmsg(2), which Python does not offer."""

import ctypes
import errno
import os
import socket

import numpy as np
import numpy.typing as npt

__all__ = ["PacketQueue"]


class _Iovec(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Header(ctypes.Structure):
    """struct msghdr."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint32),
        ("iovec", ctypes.c_void_p),
        ("iovec_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Message(ctypes.Structure):
    """struct mmsghdr."""

    _fields_ = (("header", _Header), ("sent", ctypes.c_uint))


# What says "later", not "never": the queue of the card is full.
_LATER = frozenset({errno.EAGAIN, errno.ENOBUFS, errno.ENOMEM, errno.EINTR})


class PacketQueue:
    """Sends rows of `packets`, IP packets of one size, to the targets they name."""

    def __init__(self, sock: socket.socket, packets: npt.NDArray[np.uint8]) -> None:
        """`sock` is a raw IPv4 socket with IP_HDRINCL; `packets` must stay where it is."""
        count, size = packets.shape
        self._sock = sock
        self._packets = packets
        self._call = ctypes.CDLL(None, use_errno=True).sendmmsg
        # struct sockaddr_in: family, port, address, padding.
        self._names = np.zeros((count, 16), np.uint8)
        self._names[:, :2] = np.frombuffer(np.uint16(socket.AF_INET).tobytes(), np.uint8)
        self._iovecs = (_Iovec * count)()
        self._messages = (_Message * count)()
        for row in range(count):
            self._iovecs[row] = _Iovec(packets.ctypes.data + row * size, size)
            self._messages[row].header = _Header(
                name=self._names.ctypes.data + row * 16,
                name_length=16,
                iovec=ctypes.addressof(self._iovecs[row]),
                iovec_count=1,
            )

    def send(self, first: int, count: int) -> int:
        """Sends the rows from `first` on; returns how many went before the queue was full.

        Raises OSError for what waiting does not mend; the first row not sent is the culprit.
        """
        rows = slice(first, first + count)
        self._names[rows, 4:8] = self._packets[rows, 16:20]
        start = ctypes.byref(self._messages, first * ctypes.sizeof(_Message))
        sent = int(self._call(self._sock.fileno(), start, count, 0))
        if sent >= 0:
            return sent
        number = ctypes.get_errno()
        if number in _LATER:
            return 0
        raise OSError(number, os.strerror(number))
