import java.util.ArrayList;
import java.util.List;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/** A one-node OpenSearch from class-path jars, on 127.0.0.1 only, for tests. Arguments: PORT DATA_DIR [-Esetting=value]... */
public final class OsServer {
    public static void main(String[] args) throws Exception {
        OpenSearchRunner runner = new OpenSearchRunner();
        runner.setMaxHttpPort(-1); // the runner's own limit is 9299
        runner.onBuild((number, settings) -> {
            settings.put("discovery.type", "single-node");
            settings.put("network.host", "127.0.0.1");
            settings.put("cluster.routing.allocation.disk.threshold_enabled", "false");
            for (int i = 2; i < args.length; i++) {
                String[] pair = args[i].substring(2).split("=", 2);
                settings.put(pair[0], pair[1]);
            }
        });
        // The runner adds the node's number, 1, to the port.
        List<String> options = List.of("-basePath", args[1], "-numOfNode", "1", "-baseHttpPort",
            String.valueOf(Integer.parseInt(args[0]) - 1), "-clusterName", "test-" + args[0], "-useLogger");
        try {
            runner.build(options.toArray(new String[0]));
        } catch (Throwable cause) {
            cause.printStackTrace();
            System.exit(1);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                runner.close();
            } catch (Exception e) {
                e.printStackTrace();
            }
        }));
        runner.ensureYellow();
        System.out.println("ready http://127.0.0.1:" + args[0]);
        while (System.in.read() != -1) {
            // Whoever started us holds the other end, and is gone when this ends.
        }
        System.exit(0);
    }
}
