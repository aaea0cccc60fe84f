import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.Plugin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A one-node Elasticsearch 7 (7.10 and 7.17) from class-path jars, on 127.0.0.1 only, for tests. Arguments: PORT DATA_DIR [-Esetting=value]... */
public final class EsServer7 extends Node {
    private static final String[] PLUGINS = {
        "org.elasticsearch.transport.Netty4Plugin",
        "org.elasticsearch.index.mapper.MapperExtrasPlugin",
        "org.elasticsearch.join.ParentJoinPlugin",
        "org.elasticsearch.percolator.PercolatorPlugin",
        "org.elasticsearch.reindex.ReindexPlugin", // 7.17
        "org.elasticsearch.index.reindex.ReindexPlugin", // 7.10
        "org.elasticsearch.painless.PainlessPlugin",
        "org.elasticsearch.analysis.common.CommonAnalysisPlugin" };

    private EsServer7(Environment environment, List<Class<? extends Plugin>> plugins) {
        super(environment, plugins, true);
    }

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
        Path home = Paths.get(args[1]).toAbsolutePath();
        Files.createDirectories(home.resolve("config"));
        Settings.Builder settings = Settings.builder()
            .put("cluster.name", "test")
            .put("node.name", "node-1")
            .put("path.home", home.toString())
            .put("network.host", "127.0.0.1")
            .put("http.port", args[0])
            .put("transport.port", "0")
            .put("discovery.type", "single-node")
            .put("node.processors", 2)
            .put("indices.breaker.total.use_real_memory", false)
            .put("cluster.routing.allocation.disk.threshold_enabled", false);
        for (int i = 2; i < args.length; i++) {
            String[] pair = args[i].substring(2).split("=", 2);
            settings.put(pair[0], pair[1]);
        }
        List<Class<? extends Plugin>> plugins = new ArrayList<>();
        for (String name : PLUGINS) {
            try {
                plugins.add(Class.forName(name).asSubclass(Plugin.class));
            } catch (ClassNotFoundException absent) {
                // not on this class path
            }
        }
        EsServer7 node = new EsServer7(InternalSettingsPreparer.prepareEnvironment(settings.build(), Collections.emptyMap(), null, () -> "node-1"), plugins);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
                System.out.println("stopped");
            } catch (Exception e) {
                e.printStackTrace();
            }
        }));
        node.start();
        node.client().admin().cluster().prepareHealth().setWaitForYellowStatus().get();
        System.out.println("ready http://127.0.0.1:" + args[0]);
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
