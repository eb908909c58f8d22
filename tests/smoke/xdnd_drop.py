"""Drops files on an X11 window as a file manager does (XDND version 5)."""

import pathlib
import time

from Xlib import X, Xatom, display
from Xlib.protocol import event

ATOMS = ["XdndAware", "XdndSelection", "XdndEnter", "XdndPosition", "XdndStatus", "XdndDrop",
         "XdndFinished", "XdndActionCopy", "text/uri-list", "TARGETS"]


class Refused(Exception):
    """The window did not take the drop."""


class Drag:
    """One drag from a window of our own onto `window_id`."""

    def __init__(self, window_id, paths):
        self.display = display.Display()
        self.atom = {name: self.display.intern_atom(name) for name in ATOMS}
        self.target = self.display.create_resource_object("window", window_id)
        if self.target.get_full_property(self.atom["XdndAware"], X.AnyPropertyType) is None:
            raise Refused("the window does not say that it takes drops")
        uris = [pathlib.Path(path).absolute().as_uri() + "\r\n" for path in paths]
        self.uris = "".join(uris).encode()
        screen = self.display.screen()
        self.root = screen.root
        self.source = self.root.create_window(-10, -10, 1, 1, 0, screen.root_depth)
        self.source.set_selection_owner(self.atom["XdndSelection"], X.CurrentTime)

    def hover(self, x, y):
        """Hold the files above a point of the window."""
        place = self.root.translate_coords(self.target, 0, 0)
        at = ((place.x + x) << 16) | (place.y + y)
        self._send("XdndEnter", 5 << 24, self.atom["text/uri-list"])
        for _ in range(5):
            self._send("XdndPosition", 0, at, X.CurrentTime, self.atom["XdndActionCopy"])
            status = self._wait_for("XdndStatus", 10.0)
            if status is None:
                raise Refused("the window did not answer while the files were above it")
            time.sleep(0.05)
        if not status[1] & 1:
            raise Refused("the window refuses files here")

    def drop(self):
        """Let go."""
        self._send("XdndDrop", 0, X.CurrentTime)
        if self._wait_for("XdndFinished", 20.0) is None:
            raise Refused("the window never said that the drop was finished")

    def _send(self, kind, *values):
        data = [self.source.id, *values] + [0] * (4 - len(values))
        message = event.ClientMessage(window=self.target, client_type=self.atom[kind], data=(32, data))
        self.target.send_event(message, event_mask=0)
        self.display.flush()

    def _wait_for(self, kind, seconds):
        """The data of the answer; serves the file list to the window meanwhile."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not self.display.pending_events():
                time.sleep(0.01)
                continue
            incoming = self.display.next_event()
            if incoming.type == X.SelectionRequest:
                self._serve(incoming)
            elif incoming.type == X.ClientMessage and incoming.client_type == self.atom[kind]:
                return incoming.data[1]
        return None

    def _serve(self, request):
        if request.target == self.atom["TARGETS"]:
            kinds = [self.atom["text/uri-list"]]
            request.requestor.change_property(request.property, Xatom.ATOM, 32, kinds)
        else:
            request.requestor.change_property(request.property, request.target, 8, self.uris)
        notify = event.SelectionNotify(
            time=request.time, requestor=request.requestor, selection=request.selection,
            target=request.target, property=request.property)
        request.requestor.send_event(notify, event_mask=0)
        self.display.flush()
