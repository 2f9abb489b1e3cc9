/// Predicts the masked token of a text, the base task of BERT models.
///
/// The mask token depends on the model: `[MASK]` for BERT, `<mask>` for RoBERTa.
///
///     let fillings = try await client.fillMask("[MASK] world!")
///     print(fillings[0].sequence)                          // the world!
///
/// The output is the predicted tokens of every mask, best first.
public struct FillMask: InferenceTask<[FilledMask]>, CataloguedTask {
    package static let name = "fill-mask"
    package static let defaultModel = "bert-base-uncased"

    package var inputs: String
    package var topK: Int?
    package var targets: [String]?
    package var additionalParameters: JSONObject

    /// Creates a task.
    ///
    /// - Parameters:
    ///   - inputs: A text with one or more masks.
    ///   - topK: The maximum number of predictions for each mask, 1 or more; the service returns 5 if `nil`.
    ///   - targets: The words to choose from; the model's whole vocabulary if `nil`.
    ///   - additionalParameters: Further parameters under their names on the wire.
    public init(
        inputs: String, topK: Int? = nil, targets: [String]? = nil, additionalParameters: JSONObject = [:]
    ) {
        self.inputs = inputs
        self.topK = topK
        self.targets = targets
        self.additionalParameters = additionalParameters
    }

    private static let table = ParameterTable<FillMask>(
        .integer("top_k", \.topK, default: 5), .strings("targets", \.targets))

    package func payload() throws(InferenceError) -> RequestPayload {
        .inputs(inputs, parameters: try Self.table.json(of: self, adding: additionalParameters))
    }

    package func decode(_ answer: InferenceAnswer) throws(InferenceError) -> [FilledMask] {
        let reader = try AnswerReader(answer, task: Self.name)
        let masks = reader.list()
        guard masks.count > 1, masks.allSatisfy({ $0.value.arrayValue != nil }) else {
            return try reader.elements().map { entry throws(InferenceError) in try FilledMask(entry, mask: 0) }
        }
        let fillings = try masks.enumerated().map { index, fillings throws(InferenceError) in
            try fillings.list().map { entry throws(InferenceError) in try FilledMask(entry, mask: index) }
        }
        return Array(fillings.joined())
    }
}

extension FillMask {
    package static let methods = ["fillMask"]
    package static var parameters: [TaskParameter] { table.parameters }
    package static let example = TaskExample(
        input: "[MASK] world!",
        answers: [
            #"[{"score":0.29,"token":1996,"token_str":"the","sequence":"the world!"}]"#,
            #"[[{"score":0.9,"token":7,"token_str":" a","sequence":"a b"}],[{"score":0.8,"token":8,"#
                + #""token_str":" b","sequence":"a b"}]]"#,
        ])

    package init(_ arguments: TaskArguments) throws(InferenceError) {
        self.init(inputs: try arguments.text(), additionalParameters: arguments.parameters)
    }
}

/// A predicted token for a mask.
public struct FilledMask: Sendable, Hashable {
    /// The probability of this token, 0…1.
    public var score: Double?
    /// The ID of the token in the model's vocabulary; `nil` if the service sends none.
    public var token: Int?
    /// The token as text; it may start with a space.
    public var tokenString: String
    /// The whole text with the token inserted; with several masks it may contain special tokens.
    public var sequence: String
    /// The index of the mask, from 0.
    public var mask = 0
    /// The members of the response that have no property here.
    public var additional: JSONObject = [:]
}

extension FilledMask: TaskOutput {
    fileprivate init(_ reader: AnswerReader, mask: Int) throws(InferenceError) {
        var fields = try reader.fields()
        score = fields.metadataNumber("score")
        token = fields.metadataInteger("token")
        tokenString = try fields.string("token_str")
        sequence = try fields.string("sequence")
        self.mask = fields.metadataInteger("mask") ?? mask
        additional = fields.additional
    }

    /// The prediction in the service's form, plus `mask` if it is not for the first mask.
    package var json: JSONValue {
        .object(
            JSONObject(
                [
                    "score": score, "token": token, "token_str": tokenString, "sequence": sequence,
                    "mask": mask == 0 ? nil : mask,
                ], additional: additional))
    }
}
