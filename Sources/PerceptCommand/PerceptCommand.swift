@main
struct PerceptCommand {
    static func main() {}
}
