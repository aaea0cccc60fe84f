import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/** A one-node OpenSearch from class-path jars, on 127.0.0.1 only, for tests. Arguments: PORT DATA_DIR [-Esetting=value | -Pplugin.Class]... */
public final class OsServer {
    public static void main(String[] args) {
        endWithStarter();
        try {
            serve(args);
        } catch (Throwable cause) {
            cause.printStackTrace(); // the threads there are would keep the process
            System.exit(1);
        }
    }

    private static void serve(String[] args) throws Exception {
        Map<String, String> given = new HashMap<>();
        // The runner adds the node's number, 1, to the port.
        List<String> options = new ArrayList<>(List.of("-basePath", args[1], "-numOfNode", "1", "-baseHttpPort",
            String.valueOf(Integer.parseInt(args[0]) - 1), "-clusterName", "test", "-useLogger"));
        for (String arg : List.of(args).subList(2, args.length)) {
            String[] pair = arg.substring(2).split("=", 2);
            if (arg.startsWith("-P")) {
                options.addAll(List.of("-pluginTypes", pair[0]));
            } else if (pair[0].equals("path.conf")) {
                options.addAll(List.of("-confPath", pair[1]));
            } else {
                given.put(pair[0], pair[1]);
            }
        }
        OpenSearchRunner runner = new OpenSearchRunner();
        runner.setMaxHttpPort(-1); // the runner's own limit is 9299
        runner.onBuild((number, settings) -> {
            settings.put("discovery.type", "single-node");
            settings.put("network.host", "127.0.0.1");
            settings.put("transport.port", "0"); // the runner's own choice is taken when two start at once
            settings.put("cluster.routing.allocation.disk.threshold_enabled", "false");
            given.forEach(settings::put);
        });
        runner.build(options.toArray(new String[0]));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                runner.close();
            } catch (Exception e) {
                e.printStackTrace();
            }
        }));
        runner.ensureYellow();
        System.out.println("ready " + ("true".equals(given.get("plugins.security.ssl.http.enabled")) ? "https" : "http") + "://127.0.0.1:" + args[0]);
        Thread.currentThread().join(); // for ever
    }

    /** Ends this process when whoever started it is gone: it holds the other end of the standard input. */
    private static void endWithStarter() {
        Thread watch = new Thread(() -> {
            try {
                while (System.in.read() != -1) {
                    // nothing is said there
                }
            } catch (IOException gone) {
                // the same
            }
            System.exit(0);
        });
        watch.setDaemon(true);
        watch.start();
    }
}
