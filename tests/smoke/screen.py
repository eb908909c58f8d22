"""A running program on an X screen: its window, what it says to screen readers, its pixels."""

import os
import pathlib
import signal
import subprocess
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # noqa: E402
from Xlib import X, display  # noqa: E402
from Xlib.protocol import event  # noqa: E402


def wait_until(check, seconds, every=0.2):
    """The first true answer of `check`, or its last answer when time is up."""
    end = time.monotonic() + seconds
    while True:
        answer = check()
        if answer or time.monotonic() > end:
            return answer
        time.sleep(every)


def switch_on_accessibility():
    """Tell programs that somebody reads their windows, as a screen reader does."""
    subprocess.run(
        ["gdbus", "call", "--session", "--dest", "org.a11y.Bus", "--object-path", "/org/a11y/bus",
         "--method", "org.freedesktop.DBus.Properties.Set", "org.a11y.Status", "IsEnabled", "<true>"],
        check=True, stdout=subprocess.DEVNULL)


class Program:
    """The program under test."""

    def __init__(self, program, out, *arguments):
        self.out = pathlib.Path(out)
        self.log = self.out / "program.log"
        self.started = time.monotonic()
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [program, *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.display = display.Display()

    # The process

    def is_alive(self):
        return self.process.poll() is None

    def log_text(self):
        """Everything the program has logged, to the terminal and to its log folder."""
        files = [self.log, *sorted(pathlib.Path(os.environ["COPYLENS_HOME"]).glob("logs/*"))]
        return "".join(file.read_text(errors="replace") for file in files if file.is_file())

    def close_window(self, window):
        """Ask the window to close, as its frame does. The exit code, or None after a while."""
        delete = self.display.intern_atom("WM_DELETE_WINDOW")
        protocols = self.display.intern_atom("WM_PROTOCOLS")
        message = event.ClientMessage(
            window=window, client_type=protocols, data=(32, [delete, X.CurrentTime, 0, 0, 0]))
        window.send_event(message, event_mask=0)
        self.display.flush()
        wait_until(lambda: not self.is_alive(), 20)
        return self.process.poll()

    def kill(self):
        if self.is_alive():
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    # The window

    def window(self):
        """The largest window of the screen that has a title with our name."""
        found = []
        for window in self.display.screen().root.query_tree().children:
            attributes = window.get_attributes()
            name = window.get_wm_name() or ""
            if attributes.map_state == X.IsViewable and "copylens" in str(name).lower():
                found.append(window)
        return found[0] if found else None

    def screenshot(self, name):
        """Keep a picture of the screen; its number of distinct colors."""
        path = self.out / f"{name}.png"
        subprocess.run(["import", "-silent", "-window", "root", path], check=True)
        colors = subprocess.run(
            ["identify", "-format", "%k", path], check=True, capture_output=True, text=True)
        return int(colors.stdout)

    # What it says to screen readers

    def nodes(self):
        """All nodes of its tree, (role, name, node)."""
        desktop = Atspi.get_desktop(0)
        for idx in range(desktop.get_child_count()):
            application = desktop.get_child_at_index(idx)
            if application is not None and application.get_process_id() == self.process.pid:
                yield from walk(application)

    def texts(self):
        """Everything that can be read in the window."""
        return [name for _, name, _ in self.nodes() if name]

    def find(self, name, roles=None):
        """The first node with this name, or whose name starts with it."""
        nodes = list(self.nodes())
        for matches in (lambda text: text == name, lambda text: text.startswith(name)):
            for role, text, node in nodes:
                if matches(text) and (roles is None or role in roles):
                    return node
        return None

    def says(self, *words):
        """Whether one text holds all of the words, whatever their case."""
        return any(all(word.lower() in text.lower() for word in words) for text in self.texts())

    def click(self, name, roles=None, seconds=20):
        """Move the pointer to the control and press. False when it never appears."""
        node = wait_until(lambda: self.find(name, roles), seconds)
        if node is None:
            return False
        self.click_node(node)
        return True

    def click_node(self, node):
        box = node.get_extents(Atspi.CoordType.SCREEN)
        x, y = box.x + box.width // 2, box.y + box.height // 2
        subprocess.run(["xdotool", "mousemove", str(x), str(y)], check=True)
        time.sleep(0.2)
        subprocess.run(["xdotool", "click", "1"], check=True)
        time.sleep(0.5)

    def key(self, keys):
        subprocess.run(["xdotool", "key", keys], check=True)
        time.sleep(0.5)


def walk(node, depth=0):
    """A node and everything below it. Nodes may vanish meanwhile."""
    try:
        yield node.get_role_name(), node.get_name() or "", node
        children = [node.get_child_at_index(idx) for idx in range(node.get_child_count())]
    except gi.repository.GLib.GError:
        return
    if depth < 60:
        for child in children:
            if child is not None:
                yield from walk(child, depth + 1)
