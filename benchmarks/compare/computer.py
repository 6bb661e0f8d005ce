"""The computer that the figures belong to, and how its programs are started."""

import datetime
import os
import platform
import re
import subprocess


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def processor():
    with open("/proc/cpuinfo") as lines:
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def operating_system():
    return f"{platform.freedesktop_os_release()['PRETTY_NAME']}, {platform.system()} {platform.release().split('-')[0]}"


def description():
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "system": operating_system(),
        "swift": re.search(r"Swift version (\S+)", output("swift", "--version")).group(1),
        "gcc": output("gcc", "-dumpfullversion").strip(),
        "date": datetime.date.today().isoformat(),
    }
