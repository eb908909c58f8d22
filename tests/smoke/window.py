"""The walk through the real window; see window.sh, which starts it.

usage: window.py PROGRAM OUT_FOLDER
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import time

import screen
from screen import Atspi, Program, wait_until
from xdnd_drop import Drag

PLACES = ["Find", "Train", "Test", "Models", "Settings"]
# A window with text and controls has hundreds of colors, an empty one a handful.
MIN_COLORS = 60
COPIES = re.compile(r"\b([1-9][0-9]*) cop(y|ies) in ([0-9]+) pictures?")
# What takes the keyboard and so must have a name for screen readers.
CONTROLS = {"push button", "button", "toggle button", "check box", "radio button", "slider",
            "text", "entry", "spin button", "combo box", "link"}


class Checks:
    """Counts what passed and what failed, and says it at once."""

    def __init__(self):
        self.n_passed = 0
        self.failed = []

    def check(self, name, passed, otherwise=""):
        if passed:
            self.n_passed += 1
            print(f"ok      {name}", flush=True)
        else:
            self.failed.append(name)
            print(f"FAILED  {name}  {otherwise}", flush=True)
        return bool(passed)


def home():
    return pathlib.Path(os.environ["COPYLENS_HOME"])


def shot(checks, program, name):
    n_colors = program.screenshot(name)
    checks.check(f"{name}: the screen is not blank", n_colors >= MIN_COLORS, f"{n_colors} colors")


def opens(checks, program):
    window = wait_until(program.window, 90)
    if not checks.check("the window opens", window is not None, program.log_text()[-3000:]):
        return None
    wait_until(lambda: program.find("Settings"), 60)
    print(f"        {time.monotonic() - program.started:.1f} s from start to controls", flush=True)
    subprocess.run(["xdotool", "windowfocus", str(window.id)], check=False)
    return window


def walk_places(checks, program):
    for number, place in enumerate(PLACES, 1):
        program.key(f"ctrl+{number}")
        on_page = wait_until(lambda: texts_of(program, place) >= 2, 10)
        checks.check(f"Ctrl+{number} opens {place}", on_page, program.texts()[:20])
        shot(checks, program, f"{number}-{place.lower()}")
        nameless = [role for role, name, _ in program.nodes() if role in CONTROLS and not name]
        checks.check(f"{place}: every control has a name", not nameless, nameless)


def texts_of(program, place):
    """The rail names every place, the page its own once more."""
    return sum(text == place for text in program.texts())


def answer(program):
    """Copies and searched pictures, as the window says them."""
    for text in program.texts():
        found = COPIES.search(text)
        if found:
            return int(found.group(1)), int(found.group(3))
    return None


def demo(checks, program):
    checks.check("Find is one click away", program.click("Find"))
    clicked = program.click("Try the demo library")
    started = time.monotonic()
    if not checks.check("Try the demo library can be clicked", clicked, program.texts()):
        return
    drawn = wait_until(lambda: len(demo_pictures("copies")) >= 12, 120)
    checks.check("the demo library is drawn", drawn, sorted(home().rglob("*"))[:20])
    searchable = wait_until(lambda: answer(program) or program.says("Ready") or program.says("try one of these"), 180)
    checks.check("the demo library becomes searchable", searchable, program.texts())
    print(f"        {time.monotonic() - started:.1f} s from the click", flush=True)
    shot(checks, program, "5-demo")


def demo_pictures(kind):
    return sorted(path for path in home().rglob("*.jpg") if path.parent.name == kind)


def original_of(copy):
    """`pizza (cropped).jpg` was made from `pizza.jpg`."""
    return copy.stem.split(" (")[0] + ".jpg"


def drop(checks, program, window):
    copies = demo_pictures("copies")
    if not checks.check("there is an edited copy to drop", copies):
        return
    # An edit the bundled model has to find; a quarter of a collage is beyond whole-picture search.
    wanted = next((path for path in copies if "(mirrored)" in path.name), copies[0])
    drag = Drag(window.id, [wanted])
    drag.hover(700, 400)
    shot(checks, program, "6-hover")
    drag.drop()
    asked = wait_until(lambda: program.says(wanted.stem) or program.says(wanted.name), 60)
    checks.check("the dropped picture is the query", asked, program.texts())
    found = wait_until(lambda: answer(program), 120)
    checks.check("its copies are found", found and found[0] >= 1, program.texts())
    checks.check("the whole demo library was searched", found and found[1] >= 60, found)
    cards = [name for role, name, _ in program.nodes() if "button" in role]
    checks.check("its original is among them", original_of(wanted) in cards, cards)
    time.sleep(1.0)
    shot(checks, program, "7-results")


def compare(checks, program):
    cards = [node for role, name, node in program.nodes() if name.endswith(".jpg") and "button" in role]
    if not checks.check("a result has a card", cards, program.texts()):
        return
    before = set(program.texts())
    program.click_node(cards[-1])
    program.key("Return")
    opened = wait_until(lambda: program.find("Side by side") or program.find("Wipe"), 60)
    checks.check("Compare opens from a card", opened, sorted(set(program.texts()) - before))
    time.sleep(5.0)
    shot(checks, program, "8-compare")
    program.key("Escape")


def verdicts():
    """What the window has kept about pairs, as words."""
    kept = home() / "verdicts.json"
    if not kept.exists():
        return []
    return [pair["verdict"] for pair in json.loads(kept.read_text())["pairs"]]


def judge(checks, program):
    """A result is marked as no copy, hidden, shown again, and the word taken back."""
    program.key("Right")
    program.key("n")
    hidden = wait_until(lambda: program.find("1 hidden, show"), 10)
    checks.check("N hides a result", hidden, program.texts())
    kept = wait_until(lambda: verdicts() == ["not-a-copy"], 10)
    checks.check("the verdict is kept", kept, verdicts())
    shot(checks, program, "8-hidden")
    program.key("ctrl+z")
    back = wait_until(lambda: not program.find("1 hidden, show"), 10)
    checks.check("Ctrl+Z takes it back", back, program.texts())
    undone = wait_until(lambda: verdicts() == ["taken-back"], 10)
    checks.check("on disk too", undone, verdicts())


def teach(checks, program, window):
    """The Quick demo of Train on the drawn pictures, and a search with what came of it."""
    program.key("ctrl+2")
    folder = demo_pictures("originals")[0].parent
    drop_on(window, folder)
    ready = wait_until(lambda: is_sensitive(program, "Start training"), 60)
    if not checks.check("a dropped folder makes Train ready", ready, program.texts()):
        return
    drawn = wait_until(lambda: program.says("View 8: "), 60)
    checks.check("eight views of a picture are drawn", drawn, program.texts())
    shot(checks, program, "9-train-ready")
    started = time.monotonic()
    checks.check("Start training can be clicked", program.click("Start training"))
    running = wait_until(lambda: program.says("pictures a second"), 120)
    checks.check("the training shows its pace", running, program.texts())
    shot(checks, program, "10-train-running")
    checks.check("the training can be paused", program.click("Pause") and program.click("Resume"))
    done = wait_until(lambda: program.find("Use for searching"), 300)
    if not checks.check("the training comes to its end", done, program.texts()):
        return
    print(f"        {time.monotonic() - started:.1f} s of Quick demo", flush=True)
    time.sleep(1.0)
    shot(checks, program, "11-train-done")
    checks.check("its student can be used", program.click("Use for searching"))
    in_use = wait_until(lambda: program.says("In use for searching"), 60)
    checks.check("it is in use", in_use, program.texts())
    program.key("ctrl+1")
    copy = next(path for path in demo_pictures("copies") if "(mirrored)" in path.name)
    drop_on(window, copy)
    time.sleep(2.0)
    found = wait_until(lambda: (answer(program) or (0, 0))[1] >= 60, 180)
    checks.check("the library is searched with the student", found, program.texts())
    cards = [name for role, name, _ in program.nodes() if "button" in role]
    checks.check("the student finds the original", original_of(copy) in cards, cards)
    shot(checks, program, "12-student-results")


def drop_on(window, path):
    drag = Drag(window.id, [path])
    drag.hover(700, 400)
    drag.drop()


def is_sensitive(program, name):
    node = program.find(name)
    return node is not None and node.get_state_set().contains(Atspi.StateType.SENSITIVE)


def dark(checks, program):
    program.key("ctrl+5")
    if checks.check("the dark theme can be chosen", program.click("Dark")):
        time.sleep(1.0)
        shot(checks, program, "13-dark")


def leaves(checks, program, window):
    checks.check("the program is still alive", program.is_alive(), program.log_text()[-3000:])
    code = program.close_window(window)
    checks.check("closing the window ends the program", code == 0, f"exit code {code}")
    said = program.log_text()
    checks.check("nothing panicked", "panicked" not in said and "gave up at" not in said, said[-3000:])


def command_line(checks, binary):
    """The twin answers the same question about the same library."""
    wanted = demo_pictures("copies")[0]
    arguments = ["find", "--library", home() / "demo", "--json", wanted]
    twin = subprocess.run([binary, *arguments], capture_output=True, text=True, timeout=300)
    answers = [json.loads(line) for line in twin.stdout.splitlines()]
    names = [pathlib.Path(match["path"]).name for line in answers for match in line["matches"]]
    said = f"exit code {twin.returncode}, {twin.stdout[-500:]} {twin.stderr[-1500:]}"
    checks.check("copylens find finds the original too", original_of(wanted) in names, said)
    drawn = home() / "preview"
    arguments = ["preview", "--recipe", "sscd", "--out", drawn, "--json", wanted]
    twin = subprocess.run([binary, *arguments], capture_output=True, text=True, timeout=300)
    written = sorted(path.name for path in drawn.glob("*.png"))
    checks.check("copylens preview writes eight draws and a sheet", len(written) == 9, twin.stderr)
    test = subprocess.run([binary, "--self-test"], capture_output=True, text=True, timeout=300)
    checks.check("copylens --self-test passes", test.returncode == 0, test.stdout + test.stderr)


def main():
    binary, out = sys.argv[1:]
    screen.switch_on_accessibility()
    checks = Checks()
    program = Program(binary, out)
    try:
        window = opens(checks, program)
        if window is not None:
            for step in (walk_places, demo):
                step(checks, program)
            drop(checks, program, window)
            compare(checks, program)
            judge(checks, program)
            teach(checks, program, window)
            dark(checks, program)
            leaves(checks, program, window)
            command_line(checks, binary)
    finally:
        program.kill()
    print(f"{checks.n_passed} passed, {len(checks.failed)} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
