// Lucene's way of matching a post against many queries, as its monitor and Elasticsearch's percolator do it: a query is
// filed under its rarest necessary term, a post becomes a MemoryIndex, candidates are searched. docs/quality/matching.md
// has the commands. Arguments: posts, queries (operator first), rounds.
import java.lang.management.ManagementFactory;
import java.nio.file.*;
import java.util.*;
import org.apache.lucene.analysis.*;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.index.*;
import org.apache.lucene.index.memory.MemoryIndex;
import org.apache.lucene.search.*;
import org.apache.lucene.search.spans.*;
import org.apache.lucene.util.BytesRef;

public class Lucene {
  static final String FIELD = "text";
  static final Map<String, Integer> SEEN = new HashMap<>();
  static String[] signs;
  static int at;

  static Analyzer analyzer() {
    return new Analyzer() {
      protected TokenStreamComponents createComponents(String field) {
        StandardTokenizer source = new StandardTokenizer();
        TokenStream folded = new ASCIIFoldingFilter(new org.apache.lucene.analysis.LowerCaseFilter(source));
        return new TokenStreamComponents(source, folded);
      }
    };
  }

  static Object read() {
    String sign = signs[at++];
    if (!sign.equals("(")) return sign;
    List<Object> parts = new ArrayList<>();
    while (!signs[at].equals(")")) parts.add(read());
    at++;
    return parts;
  }

  static Term term(Object word) { return new Term(FIELD, (String) word); }

  static boolean isNot(Object it) { return it instanceof List && ((List<?>) it).get(0).equals("not"); }

  static SpanQuery span(Object it) {
    if (it instanceof String) return new SpanTermQuery(term(it));
    List<?> parts = (List<?>) it;
    return new SpanOrQuery(parts.stream().skip(1).map(Lucene::span).toArray(SpanQuery[]::new));
  }

  static Query query(Object it) {
    if (it instanceof String) return new TermQuery(term(it));
    List<?> parts = (List<?>) it;
    String kind = (String) parts.get(0);
    if (kind.equals("phrase")) {
      PhraseQuery.Builder phrase = new PhraseQuery.Builder();
      parts.stream().skip(1).forEach(word -> phrase.add(term(word)));
      return phrase.build();
    }
    if (kind.equals("prefix")) return new PrefixQuery(term(parts.get(1)));
    if (kind.equals("near")) {
      int steps = Integer.parseInt((String) parts.get(1));
      return new SpanNearQuery(new SpanQuery[] {span(parts.get(2)), span(parts.get(3))}, steps - 1, false);
    }
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    for (Object part : parts.subList(1, parts.size())) {
      if (kind.equals("or")) all.add(query(part), BooleanClause.Occur.SHOULD);
      else if (isNot(part)) all.add(query(((List<?>) part).get(1)), BooleanClause.Occur.MUST_NOT);
      else all.add(query(part), BooleanClause.Occur.MUST);
    }
    return new ConstantScoreQuery(all.build());
  }

  /** Terms of which a post must have one, the rarest; null where there are none. */
  static List<String> anchors(Object it) {
    if (it instanceof String) return List.of((String) it);
    List<?> parts = (List<?>) it;
    String kind = (String) parts.get(0);
    if (kind.equals("prefix")) return null;
    List<String> best = null, every = new ArrayList<>();
    long least = Long.MAX_VALUE;
    for (Object part : parts.subList(kind.equals("near") ? 2 : 1, parts.size())) {
      if (isNot(part)) continue;
      List<String> found = anchors(part);
      if (kind.equals("or") && found == null) return null;
      if (found == null) continue;
      every.addAll(found);
      long cost = found.stream().mapToLong(word -> SEEN.getOrDefault(word, 1)).sum();
      if (cost < least) { least = cost; best = found; }
    }
    return kind.equals("or") ? every : best;
  }

  public static void main(String[] arguments) throws Exception {
    List<String> posts = Files.readAllLines(Paths.get(arguments[0]));
    Analyzer analyzer = analyzer();
    for (String post : posts) {
      Set<String> words = new HashSet<>();
      try (TokenStream stream = analyzer.tokenStream(FIELD, post)) {
        CharTermAttribute word = stream.addAttribute(CharTermAttribute.class);
        stream.reset();
        while (stream.incrementToken()) words.add(word.toString());
        stream.end();
      }
      words.forEach(word -> SEEN.merge(word, 1, Integer::sum));
    }
    Map<String, List<Integer>> filed = new HashMap<>();
    List<Query> queries = new ArrayList<>();
    List<Integer> always = new ArrayList<>();
    for (String line : Files.readAllLines(Paths.get(arguments[1]))) {
      signs = line.replace("(", " ( ").replace(")", " ) ").trim().split("\\s+");
      at = 0;
      Object read = read();
      List<String> anchors = anchors(read);
      int id = queries.size();
      queries.add(query(read));
      if (anchors == null) always.add(id);
      else for (String word : new HashSet<>(anchors)) filed.computeIfAbsent(word, none -> new ArrayList<>()).add(id);
    }
    MemoryIndex index = new MemoryIndex(true, false);
    for (int round = 0; round < Integer.parseInt(arguments[2]); round++) {
      long hits = 0, begun = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      for (String post : posts) {
        index.reset();
        index.addField(FIELD, post, analyzer);
        IndexSearcher searcher = index.createSearcher();
        Terms terms = searcher.getIndexReader().leaves().get(0).reader().terms(FIELD);
        if (terms == null) continue;
        Set<Integer> candidates = new LinkedHashSet<>(always);
        TermsEnum each = terms.iterator();
        for (BytesRef word = each.next(); word != null; word = each.next())
          candidates.addAll(filed.getOrDefault(word.utf8ToString(), List.of()));
        for (int id : candidates) if (searcher.count(queries.get(id)) > 0) hits++;
      }
      double seconds = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - begun) / 1e9;
      System.out.printf(Locale.ROOT, "lucene, %d queries: %.0f posts/s, %.2f matches a post%n", queries.size(),
          posts.size() / seconds, hits / (double) posts.size());
    }
  }
}
