"""A process to be killed: it appends numbered records and says each number once it is durable."""

import asyncio
import sys

from chassis.log import Record, open_log


async def main(url: str, topic: str) -> None:
    log = open_log(url)
    await log.start()
    for number in range(1_000_000):
        await log.append([Record(topic, str(number % 7), b"%d" % number)])
        print(number, flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
