// SPDX-License-Identifier: Apache-2.0
//
// One round of Aeron over IPC with 64-byte items, printed as one line of JSON. One process has an exclusive publication
// with tryClaim, another a subscription with poll. Both use Aeron's backoff strategy, which its documentation
// recommends where processors are few. The media driver runs in the subscriber's process, on a thread of its own: over
// IPC no item passes it. The first second is for the compiler and not counted. One producer, one consumer: Aeron
// broadcasts.
//
//     AeronIpc SECONDS

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.BufferClaim;
import io.aeron.logbuffer.FragmentHandler;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

import java.util.List;
import java.util.Locale;

public final class AeronIpc {
    private static final String CHANNEL = "aeron:ipc?term-length=1m";
    private static final int STREAM = 1;
    private static final int ITEM_BYTES = 64;
    private static final int FRAGMENTS = 256;
    private static final long WARM_UP_NS = 1_000_000_000L;
    private static final long WARM_UP = -2, END = -1; // numbers of items that do not count

    private static long begin, end, count, sum;

    public static void main(final String[] arguments) throws Exception {
        final double seconds = Double.parseDouble(arguments[0]);
        if (arguments.length > 1) {
            publish(arguments[1], (long)(seconds * 1e9));
            return;
        }
        final MediaDriver.Context context = new MediaDriver.Context()
            .threadingMode(ThreadingMode.SHARED)
            .sharedIdleStrategy(new BackoffIdleStrategy())
            .dirDeleteOnShutdown(true);
        try (MediaDriver driver = MediaDriver.launchEmbedded(context)) {
            final Process publisher = publisher(arguments[0], driver.aeronDirectoryName());
            subscribe(driver.aeronDirectoryName());
            if (publisher.waitFor() != 0 || sum != count * (count - 1) / 2)
                throw new IllegalStateException("the items that came are not those that were put");
        }
        System.out.printf(Locale.ROOT, "{\"peer\": \"aeron\", \"cell\": \"1:1\", \"value\": %f, \"unit\": \"M items/s\"}%n",
            count * 1e3 / (end - begin));
    }

    private static Process publisher(final String seconds, final String directory) throws Exception {
        final List<String> command = List.of(
            System.getProperty("java.home") + "/bin/java", "--add-opens", "java.base/sun.nio.ch=ALL-UNNAMED",
            "-cp", System.getProperty("java.class.path"), "AeronIpc", seconds, directory);
        return new ProcessBuilder(command).inheritIO().start();
    }

    private static void subscribe(final String directory) {
        final FragmentHandler handler = (buffer, offset, length, header) -> {
            final long number = buffer.getLong(offset);
            if (number >= 0) {
                if (count++ == 0)
                    begin = System.nanoTime();
                sum += number;
            } else if (number == END)
                end = System.nanoTime();
        };
        final IdleStrategy idle = new BackoffIdleStrategy();
        try (Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(directory));
             Subscription subscription = aeron.addSubscription(CHANNEL, STREAM)) {
            while (end == 0)
                idle.idle(subscription.poll(handler, FRAGMENTS));
        }
    }

    private static void publish(final String directory, final long measuredNs) {
        final BufferClaim claim = new BufferClaim();
        final IdleStrategy idle = new BackoffIdleStrategy();
        try (Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(directory));
             ExclusivePublication publication = aeron.addExclusivePublication(CHANNEL, STREAM)) {
            while (!publication.isConnected())
                idle.idle();
            for (final long until = System.nanoTime() + WARM_UP_NS; System.nanoTime() < until;)
                put(publication, claim, idle, WARM_UP);
            long number = 0;
            for (final long until = System.nanoTime() + measuredNs; (number & 255) != 0 || System.nanoTime() < until;)
                put(publication, claim, idle, number++);
            put(publication, claim, idle, END);
            while (publication.isConnected())
                idle.idle(); // the subscriber goes first
        }
    }

    private static void put(
        final ExclusivePublication publication, final BufferClaim claim, final IdleStrategy idle, final long number) {
        while (publication.tryClaim(ITEM_BYTES, claim) < 0)
            idle.idle();
        idle.reset();
        claim.buffer().putLong(claim.offset(), number);
        claim.commit();
    }
}
